"""How good the predictions would have been on one's own past: rolling origins, beside a plain reference, with
intervals.

At every origin only earlier events are used: for the features, for the models, for their weights and for the
calibration.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.features import running_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import (
    History,
    build_history,
    eligible_pairs,
    milliseconds,
)
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import RecurrencePrior, pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import Issued, refit_moments, roll
from causeloop_pipeline.analysis.predict.recurrence.samples import RecurrenceRows, recurrence_rows
from causeloop_pipeline.analysis.predict.scoring_rules import score_windows
from causeloop_pipeline.model.frames import INSTANT


@dataclass(frozen=True)
class BacktestResult:
    """`predictions` (one row per pattern, origin and window) and `scores` (one row per window)."""

    predictions: pl.DataFrame
    scores: pl.DataFrame


def backtest(
    events: pl.DataFrame,
    *,
    windows: tuple[int, ...] = (7, 30),
    origins: Sequence[datetime] | None = None,
    active_within_days: float | None = None,
    score_from: datetime | None = None,
    prior: RecurrencePrior | None = None,
    refits: int = 40,
    resamples: int = 300,
    seed: int = 0,
) -> BacktestResult:
    """Predict at every origin as if it were then, and score what has closed.

    In: `events` (pattern_id, occurred_at); windows in days; origins (default: weekly over the whole history,
    the second half scored; given ones are all scored). A pattern is predicted at an origin with ≥ 2 earlier
    events and one in the last `active_within_days` (default: as long as nearly all gaps of this history are,
    180-730). Out: BacktestResult; `predictions` has pattern_id, origin, window_days, probability, outcome
    (null while the window is open), reference, known_rate and one column per member; `scores` see
    `scores.score_windows`. Raises ValueError for windows below one day or events without a usable row.
    """
    _refuse_bad_input(events, windows)
    grid, phase = _origins(events, origins)
    history = build_history(events, phase=phase)
    begin = milliseconds(score_from) if score_from else _first_scored(grid, origins)
    known_until = int(history.events.at.max()) + 1
    active = active_within_days or usual_silence(history, begin)
    windows = tuple(sorted(set(windows)))
    rows = _rows(history, grid, windows, active, prior or pretrained_prior(), known_until)
    if not len(rows.owner):
        raise ValueError("no pattern has two events before an origin: use later origins or a longer history")
    issued = roll(rows, rows, refit_moments(rows.origin, most=refits), windows=windows, seed=seed)
    predictions = _frame(history, issued, begin)
    return BacktestResult(predictions, score_windows(predictions, resamples=resamples, seed=seed))


def _refuse_bad_input(events: pl.DataFrame, windows: tuple[int, ...]) -> None:
    if not windows or min(windows) < 1:
        raise ValueError(f"windows must be whole days from 1, not {windows}")
    if events.select("pattern_id", "occurred_at").drop_nulls().is_empty():
        raise ValueError("no row has both pattern_id and occurred_at")


def _origins(events: pl.DataFrame, origins: Sequence[datetime] | None) -> tuple[Ints, datetime]:
    """Origins in ms, weekly ones before given ones to warm up, and the instant that days are counted from."""
    instants = events.select(
        pl.col("occurred_at").min().alias("first"), pl.col("occurred_at").max().alias("last")
    )
    first, last = (instants[name].item() for name in ("first", "last"))
    if origins:
        given = np.unique([milliseconds(origin) for origin in origins])
        early = np.arange(given[0] - 7 * DAY_MS, milliseconds(first), -7 * DAY_MS)[::-1]
        return np.concatenate([early, given]), max(origins)
    midnight = last.replace(hour=0, minute=0, second=0, microsecond=0)
    return np.arange(milliseconds(midnight), milliseconds(first), -7 * DAY_MS)[::-1], midnight


def _first_scored(grid: Ints, origins: Sequence[datetime] | None) -> int:
    if origins:
        return min(milliseconds(origin) for origin in origins)
    return int(grid[len(grid) // 2])


def usual_silence(history: History, before: int) -> float:
    """Days of silence after which a pattern is dropped: 180, 365 or 730, as 90 % of the earlier gaps need."""
    days = history.days
    same = (days.owner[1:] == days.owner[:-1]) & (days.at[1:] < before)
    gaps = np.diff(days.at)[same] / DAY_MS
    if not len(gaps):
        return 180.0
    longest_tenth = float(np.quantile(gaps, 0.9))
    return 180.0 if longest_tenth <= 120 else 365.0 if longest_tenth <= 240 else 730.0


def _rows(
    history: History,
    grid: Ints,
    windows: tuple[int, ...],
    active: float,
    prior: RecurrencePrior,
    known_until: int,
) -> RecurrenceRows:
    owner, origin = eligible_pairs(history, grid, active_within_days=active)
    return recurrence_rows(
        history, running_gaps(history), owner, origin, windows=windows, prior=prior, known_until=known_until
    )


def known_rate(rows: RecurrenceRows) -> Floats:
    """Share of the windows that had closed at each row's origin in which something happened, one half before
    any had: the base rate as one could have known it.
    """
    result = np.full(len(rows.owner), 0.5)
    for window in np.unique(rows.window):
        mine = rows.window == window
        closed = mine & ~np.isnan(rows.happened)
        order = np.argsort(rows.closes[closed], kind="stable")
        total = np.concatenate([[0.0], np.cumsum(rows.happened[closed][order])])
        seen = np.searchsorted(rows.closes[closed][order], rows.origin[mine], side="right")
        result[mine] = np.where(seen > 0, total[seen] / np.maximum(seen, 1), 0.5)
    return result


def _frame(history: History, issued: Issued, begin: int) -> pl.DataFrame:
    rows = issued.rows
    members = {name: expit(issued.record.said[name]) for name in MEMBERS}
    frame = pl.DataFrame(
        {
            "pattern_id": history.patterns.gather(rows.owner),
            "origin": pl.Series(rows.origin, dtype=pl.Int64).cast(pl.Datetime("ms", "UTC")).cast(INSTANT),
            "window_days": rows.window.astype(int),
            "probability": issued.probability,
            "outcome": pl.Series(rows.happened).fill_nan(None).cast(pl.Boolean),
            "reference": issued.reference,
            "known_rate": known_rate(rows),
            **{name: pl.Series(values).fill_nan(None) for name, values in members.items()},
        }
    )
    return frame.filter(rows.origin >= begin).sort("origin", "pattern_id", "window_days")


def scores_table(result: BacktestResult) -> pl.DataFrame:
    """The scores as a person reads them: window, n, base rate, then ours and the reference's with 95 %
    intervals.
    """

    def spoken(name: str) -> pl.Expr:
        low, high = f"{name}_low", f"{name}_high"
        return pl.format(
            "{} [{}, {}]", pl.col(name).round(4), pl.col(low).round(4), pl.col(high).round(4)
        ).alias(name)

    names = ("brier", "reference_brier", "brier_gain", "skill", "log_loss", "auc", "ece")
    return result.scores.select(
        "window_days", "n", pl.col("base_rate").round(3), *(spoken(name) for name in names)
    )
