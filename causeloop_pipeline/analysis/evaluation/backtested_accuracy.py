"""How accurate a workspace's predictions would have been on its own past, before the first one is graded.

Training a model simulates forecasts at past moments from what was known then; here they are scored as issued
predictions are, and kept apart from them.
"""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.predict.calibration import (
    ACCURACY_SCHEMA,
    ENSEMBLE,
    RELIABILITY_SCHEMA,
    measure_accuracy,
    measure_reliability,
)
from causeloop_pipeline.analysis.predict.headline_window import choose_headline_window
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import IssuedForecasts
from causeloop_pipeline.model.frames import INSTANT

ALL_WINDOWS = 0
_CURVE_SCHEMA = pl.Schema({"window_days": pl.Int64(), **RELIABILITY_SCHEMA})
BACKTEST_SCHEMA = pl.Schema(
    {
        "first_origin": INSTANT,
        "last_origin": INSTANT,
        "patterns": pl.Int64(),
        "predictions": pl.Int64(),
        "hits": pl.Int64(),
        "scores": pl.List(pl.Struct(ACCURACY_SCHEMA)),
        "curves": pl.List(pl.Struct(_CURVE_SCHEMA)),
        "headline_window": pl.Int64(),
    }
)


def measure_backtest(simulated: IssuedForecasts | None, *, seed: int = 0) -> pl.DataFrame:
    """Score simulated forecasts whose window has closed.

    In: forecasts at past origins, a seed. Out: BACKTEST_SCHEMA, one row, or none where no window has closed.
    `scores` are by window and base model, `curves` by window and bin; a window of 0 days stands for all.
    `headline_window`: of `choose_headline_window`.
    """
    if simulated is None or np.isnan(simulated.samples.outcome).all():
        return BACKTEST_SCHEMA.to_frame()
    graded = _select_closed(simulated)
    overall = graded.select("probability", "outcome", window_days=pl.lit(ALL_WINDOWS, pl.Int64))
    scores = pl.concat([measure_accuracy(overall, seed=seed), measure_accuracy(graded, seed=seed)])
    combined = scores.filter(model=ENSEMBLE)
    by_window = [graded.filter(window_days=window) for window in graded["window_days"].unique().sort()]
    curves = pl.concat([_measure_curve(part) for part in (overall, *by_window)])
    return graded.select(
        pl.col("origin").min().alias("first_origin"),
        pl.col("origin").max().alias("last_origin"),
        pl.col("pattern").n_unique().alias("patterns"),
        pl.len().alias("predictions"),
        (pl.col("outcome") == "hit").sum().alias("hits"),
        scores=pl.lit(scores.to_struct()).implode(),
        curves=pl.lit(curves.to_struct()).implode(),
        headline_window=pl.lit(choose_headline_window(combined)),
    ).select(pl.col(name).cast(dtype) for name, dtype in BACKTEST_SCHEMA.items())


def _select_closed(simulated: IssuedForecasts) -> pl.DataFrame:
    """The forecasts whose outcome is known, in the terms of the ledger."""
    samples, log_odds = simulated.samples, simulated.forecasts.log_odds
    by_model = [pl.Series(name, expit(log_odds[name])).fill_nan(None) for name in BASE_MODELS]
    origin = pl.Series(samples.forecast_origin, dtype=pl.Int64).cast(pl.Datetime("ms", "UTC"))
    return (
        pl.DataFrame(
            {
                "pattern": samples.pattern_idx,
                "origin": origin.cast(INSTANT),
                "window_days": samples.window.astype(np.int64),
                "probability": simulated.probability,
                "recurred": pl.Series(samples.outcome).fill_nan(None),
            }
        )
        .with_columns(
            pl.struct(by_model).alias("model_probabilities"),
            pl.when(pl.col("recurred") > 0).then(pl.lit("hit")).otherwise(pl.lit("miss")).alias("outcome"),
        )
        .filter(pl.col("recurred").is_not_null())
    )


def _measure_curve(graded: pl.DataFrame) -> pl.DataFrame:
    window = pl.lit(graded["window_days"][0], pl.Int64)
    return measure_reliability(graded).with_columns(window_days=window).select(_CURVE_SCHEMA.names())
