"""The ledger read back: predictions that were really issued, with what came of them, as evidence for weights
and calibration.
"""

import json

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import logit
from causeloop_pipeline.analysis.predict.recurrence.ensemble import Record, empty_record


def ledger_record(ledger: pl.DataFrame | None, now: int) -> Record | None:
    """Record of the graded hits and misses whose window had closed by `now` (ms).

    In: issued_at, window_days, probability, model_probabilities (JSON or null) and outcome
    (hit/miss/prevented or null), or None. `prevented` says nothing of the forecast and is left
    out. Out: Record or None.
    """
    if ledger is None or ledger.is_empty():
        return None
    graded = ledger.filter(pl.col("outcome").is_in(["hit", "miss"]) & pl.col("probability").is_not_null())
    graded = graded.sort("issued_at", "window_days", "probability", "model_probabilities")
    origin = graded["issued_at"].dt.timestamp("ms").to_numpy().astype(np.int64)
    window = graded["window_days"].to_numpy().astype(float)
    closes = origin + (window * DAY_MS).astype(np.int64)
    if not len(origin):
        return empty_record()
    texts = [json.loads(text) if text else {} for text in graded["model_probabilities"]]
    said = {
        name: logit(np.array([text.get(name, np.nan) for text in texts], dtype=float)) for name in MEMBERS
    }
    mixed = np.full(
        len(window), np.nan
    )  # issued probabilities are calibrated already; the members are mixed anew
    happened = (graded["outcome"] == "hit").to_numpy().astype(float)
    return Record(said, mixed, window, origin, closes, np.where(closes <= now, happened, np.nan))
