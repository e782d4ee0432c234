"""How good predictions of a young workspace are.

Run `python -m bench.recurrence.young_histories`; arguments choose histories by a part of their name. Public
failure histories are cut so that observation began 4, 10 or 30 days before a forecast origin, and windows of
7 to 90 days are predicted from there, with the pretrained prior trained without the family. Every history
counts the same. Prints one line per length of history and window and exits 1 when a calibration error is too
large.
"""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from bench.data.failure_histories import FailureHistory, choose_histories
from bench.training.recurrence_prior import train_prior_without
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.evaluation.backtest import BacktestOptions, backtest
from causeloop_pipeline.analysis.predict.scoring_rules import assign_bins
from causeloop_pipeline.model.prediction import WINDOWS

OBSERVED_DAYS = (4, 10, 30)
ORIGINS = 3
MAX_CALIBRATION_ERROR = 0.2  # few origins, whose outcomes are correlated


def main() -> int:
    """Measures every length of history; 1 when a goal is missed."""
    rows = pl.concat([part for history in choose_histories(sys.argv[1:]) for part in predict_cut(history)])
    is_met = True
    for days in OBSERVED_DAYS:
        for window in WINDOWS:
            chosen = rows.filter((pl.col("days") == days) & (pl.col("window_days") == window))
            error = _measure_calibration_error(chosen)
            is_met &= error <= MAX_CALIBRATION_ERROR
            print(
                f"{days} days observed, {window} predicted: {_describe(chosen)}, ECE {error:.3f}", flush=True
            )
    return int(not is_met)


def predict_cut(history: FailureHistory) -> Iterator[pl.DataFrame]:
    """The predictions of one history, with the weight of each, by length of what was observed."""
    events = history.events().sort("occurred_at", "pattern_id")
    first, last = events["occurred_at"][0], events["occurred_at"][-1]
    rng = np.random.default_rng(0)
    for days in OBSERVED_DAYS:
        parts: list[pl.DataFrame] = []
        for row in rng.integers(0, events.height, 20 * ORIGINS).tolist():
            origin = events["occurred_at"][row] + timedelta(milliseconds=1)
            if len(parts) < ORIGINS and first + timedelta(days=days) < origin < last - timedelta(days=90):
                parts += _predict_at(history, events, origin, days)
        if parts:
            rows = pl.concat(parts)
            yield rows.with_columns(days=pl.lit(days), weight=pl.lit(1.0 / rows.height))


def _predict_at(
    history: FailureHistory, events: pl.DataFrame, origin: datetime, days: int
) -> list[pl.DataFrame]:
    """What would have been predicted at one moment; nothing if no pattern had two events by then."""
    observed = events.filter(pl.col("occurred_at") >= origin - timedelta(days=days))
    counts = observed.filter(pl.col("occurred_at") < origin).group_by("pattern_id").len()
    if counts.filter(pl.col("len") > 1).is_empty():
        return []
    options = BacktestOptions(windows=WINDOWS, origins=[origin], active_within_days=days, resamples=0)
    predictions = backtest(observed, options, prior=train_prior_without(history.family)).predictions
    return [predictions.select("window_days", "probability", pl.col("outcome").cast(pl.Float64))]


def _describe(rows: pl.DataFrame) -> str:
    probability, recurred, weight = _collect_arrays(rows)
    predicted, observed = (np.average(values, weights=weight) for values in (probability, recurred))
    brier = np.average((probability - recurred) ** 2, weights=weight)
    return f"n {rows.height}, predicted {predicted:.2f}, recurred {observed:.2f}, Brier {brier:.3f}"


def _measure_calibration_error(rows: pl.DataFrame) -> float:
    probability, recurred, weight = _collect_arrays(rows)
    by_bin = np.bincount(assign_bins(probability), (probability - recurred) * weight)
    return float(np.abs(by_bin).sum() / weight.sum())


def _collect_arrays(rows: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    probability, recurred, weight = (rows[name].to_numpy() for name in ("probability", "outcome", "weight"))
    return probability, recurred, weight


if __name__ == "__main__":
    sys.exit(main())
