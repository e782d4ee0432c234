"""Lets a configured model word the likely triggers of the likeliest patterns; our own text stands otherwise.

A text that was worded before is not asked for again: the ledger holds it. A run asks a bounded number of
times within a bounded time, and no more once the endpoint has failed, for the workspace's transaction waits.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from causeloop_pipeline.egress.errors import OutsideFailure

if TYPE_CHECKING:
    import polars as pl

    from causeloop_pipeline.orchestration.stage import Step
    from causeloop_pipeline.outbound.wording import WordingEndpoint
    from causeloop_pipeline.settings import Settings

logger = logging.getLogger(__name__)

LEAST_PROBABILITY = 0.5
CALLS_A_RUN = 40
SECONDS_A_RUN = 30.0
Ask = Callable[[str], str]


@dataclass
class Allowance:
    """What is left of a run's questions."""

    calls: int
    ends: float

    @property
    def is_spent(self) -> bool:
        """Whether no more may be asked."""
        return self.calls <= 0 or time.monotonic() >= self.ends


@lru_cache(maxsize=4)
def allowance_of(run_id: str) -> Allowance:  # noqa: ARG001 - the key: one allowance for each run
    """The allowance that all workspaces of a run share."""
    return Allowance(CALLS_A_RUN, time.monotonic() + SECONDS_A_RUN)


def word_triggers(step: "Step", said: "pl.DataFrame") -> "pl.DataFrame":
    """PREDICTIONS with the likely triggers of the likeliest patterns worded, where a model is configured."""
    from causeloop_pipeline.settings import settings

    endpoint = wording_endpoint(settings())
    if endpoint is None:
        return said
    from causeloop_pipeline.outbound.wording import model_wording

    def ask(found: str) -> str:
        return model_wording(endpoint, found)

    return reworded(said, _worded_before(step), ask, allowance_of(step.context.run_id))


def wording_endpoint(known: "Settings") -> "WordingEndpoint | None":
    """The model that an administrator configured, if one is."""
    if not known.llm_url:
        return None
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.outbound.wording import WordingEndpoint

    key = known.llm_api_key.get_secret_value() if known.llm_api_key else None
    return WordingEndpoint(known.llm_url, known.llm_model, key, EgressPolicy.parse(known.egress_allow))


def reworded(said: "pl.DataFrame", before: "pl.DataFrame", ask: Ask, allowance: Allowance) -> "pl.DataFrame":
    """PREDICTIONS in which a model worded what it may; `before`: frame(evidence, likely_trigger)."""
    import polars as pl

    texts = _known_wordings(before)
    log = Counter[str]()
    likely = said.filter(pl.col("probability") >= LEAST_PROBABILITY)
    ranked = likely.group_by("evidence").agg(pl.col("probability").max())
    by_evidence = {
        evidence: _wording(evidence, texts, ask, allowance, log)
        for evidence in ranked.sort("probability", "evidence", descending=[True, False])["evidence"]
    }
    for reason, count in sorted(log.items()):
        logger.warning("wording of triggers: our own text stands in %d cases: %s", count, reason)
    new = pl.DataFrame(
        {"evidence": list(by_evidence), "worded": list(by_evidence.values())},
        schema={"evidence": pl.String, "worded": pl.String},
    )
    joined = said.join(new, on="evidence", how="left", maintain_order="left")
    return joined.with_columns(likely_trigger=pl.coalesce("worded", "likely_trigger")).drop("worded")


def _wording(
    evidence: str, texts: dict[str, str], ask: Ask, allowance: Allowance, log: Counter[str]
) -> str | None:
    """The wording of one finding, remembered or asked for; None to leave the text as it is."""
    from causeloop_pipeline.analysis.predict.triggers.trigger_text import NOTHING_FOUND, trigger_text, worded

    own = trigger_text(evidence)
    if own in texts or own == NOTHING_FOUND or allowance.is_spent:
        return texts.get(own)
    allowance.calls -= 1
    try:
        texts[own] = worded(
            evidence, ask, refused=lambda reason: log.update([f"an answer was refused, {reason}"])
        )
    except OutsideFailure as failure:
        allowance.calls = 0
        log[failure.reason] += 1
    return texts.get(own)


def _known_wordings(before: "pl.DataFrame") -> dict[str, str]:
    """Our own text → its wording on record, if that still stands the check."""
    from causeloop_pipeline.analysis.predict.triggers.trigger_text import trigger_text, wording_fault

    rows = before.drop_nulls().unique(maintain_order=True)
    pairs = [(trigger_text(evidence), evidence, text) for evidence, text in rows.iter_rows()]
    return {
        own: text for own, evidence, text in pairs if text != own and wording_fault(evidence, text) is None
    }


def _worded_before(step: "Step") -> "pl.DataFrame":
    import polars as pl

    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.storage.predict.predictions import read_latest_predictions

    columns = pl.Schema({"evidence": pl.String(), "likely_trigger": pl.String()})
    return read_latest_predictions(step.session, step.workspace_id, WINDOWS, columns)
