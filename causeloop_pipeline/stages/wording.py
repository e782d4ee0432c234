"""Has a configured language model rephrase the likely triggers of the most likely patterns.

Earlier rephrasings are reused from the ledger. A run sends a bounded number of requests in a bounded time,
and none after the endpoint has failed, because the workspace's transaction is open meanwhile. Our own text
stays wherever the model's does not pass the check.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.predict.triggers.trigger_text import (
    Evidence,
    find_wording_fault,
    format_trigger,
    rephrase_trigger,
)
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.model.frames import PREDICTION_SCHEMA
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.outbound.wording import WordingEndpoint, reword
from causeloop_pipeline.settings import Settings, settings
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.predict.predictions import read_latest_predictions

logger = logging.getLogger(__name__)

MIN_PROBABILITY = 0.5
MAX_CALLS_PER_RUN = 40
MAX_SECONDS_PER_RUN = 30.0
RECORDED_TEXTS = pl.Schema({name: PREDICTION_SCHEMA[name] for name in ("evidence", "likely_trigger")})
Rephrase = Callable[[str], str]


@dataclass
class RephrasingAllowance:
    """How many requests a run may still send, and by when."""

    calls: int
    ends: float

    @property
    def is_spent(self) -> bool:
        """Whether no further request may be sent."""
        return self.calls <= 0 or time.monotonic() >= self.ends


@lru_cache(maxsize=4)
def share_allowance(run_id: str) -> RephrasingAllowance:  # noqa: ARG001 - the key: one allowance for each run
    """The allowance that all workspaces of a run share."""
    return RephrasingAllowance(MAX_CALLS_PER_RUN, time.monotonic() + MAX_SECONDS_PER_RUN)


def rephrase_triggers(
    session: Session, workspace_id: UUID, predictions: pl.DataFrame, options: RunOptions
) -> pl.DataFrame:
    """PREDICTIONS with the triggers of the most likely patterns rephrased, if a model is configured."""
    endpoint = read_wording_endpoint(settings())
    if endpoint is None:
        return predictions

    def ask_model(text: str) -> str:
        return reword(endpoint, text)

    recorded = read_latest_predictions(session, workspace_id, WINDOWS, RECORDED_TEXTS)
    return apply_rephrasing(predictions, recorded, ask_model, share_allowance(options.run_id))


def read_wording_endpoint(configured: Settings) -> WordingEndpoint | None:
    """The model that an administrator configured, if one is."""
    if not configured.llm_url:
        return None
    key = configured.llm_api_key.get_secret_value() if configured.llm_api_key else None
    egress = EgressPolicy.parse(read_allowed(configured))
    return WordingEndpoint(configured.llm_url, configured.llm_model, key, egress)


def apply_rephrasing(
    predictions: pl.DataFrame, recorded: pl.DataFrame, ask_model: Rephrase, allowance: RephrasingAllowance
) -> pl.DataFrame:
    """PREDICTIONS in which a model rephrased what it may; `recorded`: frame(evidence, likely_trigger)."""
    texts = _select_usable_texts(recorded)
    reasons = Counter[str]()
    likely = predictions.filter(
        pl.col("probability") >= MIN_PROBABILITY, pl.col("likely_trigger").is_not_null()
    )
    by_text = likely.group_by("likely_trigger").agg(pl.col("probability").max(), pl.col("evidence").first())
    ranked = by_text.sort("probability", "likely_trigger", descending=[True, False])
    rephrased = {
        own: _rephrase(evidence, texts, ask_model, allowance, reasons)
        for own, evidence in ranked.select("likely_trigger", "evidence").iter_rows()
    }
    for reason, count in sorted(reasons.items()):
        logger.warning("wording of triggers: our own text stands in %d cases: %s", count, reason)

    texts_of_model = pl.DataFrame(
        {"likely_trigger": list(rephrased), "rephrased": list(rephrased.values())},
        schema={"likely_trigger": pl.String, "rephrased": pl.String},
    )
    joined = predictions.join(texts_of_model, on="likely_trigger", how="left", maintain_order="left")
    return joined.with_columns(likely_trigger=pl.coalesce("rephrased", "likely_trigger")).drop("rephrased")


def _rephrase(
    evidence: Evidence,
    texts: dict[str, str],
    ask_model: Rephrase,
    allowance: RephrasingAllowance,
    reasons: Counter[str],
) -> str | None:
    """The rephrased text for one piece of evidence, recorded or requested; None keeps our text."""
    own = format_trigger(evidence)
    if own is None:
        return None
    if own in texts or allowance.is_spent:
        return texts.get(own)
    allowance.calls -= 1
    try:
        rephrased = rephrase_trigger(
            evidence, ask_model, refused=lambda reason: reasons.update([f"an answer was refused, {reason}"])
        )
        if rephrased is not None:
            texts[own] = rephrased
    except OutsideFailure as failure:
        allowance.calls = 0
        reasons[failure.reason] += 1
    return texts.get(own)


def _select_usable_texts(recorded: pl.DataFrame) -> dict[str, str]:
    """Our own text → the rephrased one on record, if it still passes the check."""
    rows = recorded.drop_nulls().unique(maintain_order=True)
    texts = [(format_trigger(evidence), evidence, text) for evidence, text in rows.iter_rows()]
    return {
        own: text
        for own, evidence, text in texts
        if own is not None and text != own and find_wording_fault(evidence, text) is None
    }
