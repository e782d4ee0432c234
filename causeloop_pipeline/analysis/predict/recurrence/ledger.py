"""Reads the prediction ledger, issued predictions with their outcomes, as evidence for the weights of the
base models and the calibration.
"""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import logit
from causeloop_pipeline.analysis.predict.recurrence.ensemble import PastForecasts, empty_past_forecasts


def read_past_forecasts(ledger: pl.DataFrame | None, now: int) -> PastForecasts | None:
    """Read the graded hits and misses of the ledger as forecasts.

    In: frames.LEDGER_SCHEMA, or None; the moment (ms) after which an outcome is not yet known. Out:
    PastForecasts, or None without a ledger. A prevented recurrence is left out: its outcome without the fix
    is not known. Issued probabilities are calibrated already, so only the base models' log odds are read.
    """
    if ledger is None or ledger.is_empty():
        return None
    graded = ledger.filter(pl.col("outcome").is_in(["hit", "miss"]) & pl.col("probability").is_not_null())
    if graded.is_empty():
        return empty_past_forecasts()

    graded = graded.sort("issued_at", "window_days", "probability", "model_probabilities")
    forecast_origin = graded["issued_at"].dt.timestamp("ms").to_numpy().astype(np.int64)
    window = graded["window_days"].to_numpy().astype(float)
    window_end = forecast_origin + (window * DAY_MS).astype(np.int64)
    outcome = (graded["outcome"] == "hit").to_numpy().astype(float)

    by_model = split_probabilities_by_model(graded["model_probabilities"])
    return PastForecasts(
        log_odds={name: logit(probability) for name, probability in by_model.items()},
        combined=np.full(len(window), np.nan),
        window=window,
        forecast_origin=forecast_origin,
        window_end=window_end,
        outcome=np.where(window_end <= now, outcome, np.nan),
    )


def split_probabilities_by_model(model_probabilities: pl.Series) -> dict[str, Floats]:
    """Separate the stored probabilities of the base models.

    In: nested_columns.MODEL_PROBABILITIES. Out: by base model, NaN where it took no part.
    """
    by_model = model_probabilities.struct.unnest()
    return {name: by_model[name].fill_null(np.nan).to_numpy() for name in BASE_MODELS}
