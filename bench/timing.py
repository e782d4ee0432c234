"""How well next dates and times of day are predicted on public failure histories: `python -m bench.timing`.

Dates: how often the next occurrence falls into the 80 % interval, where one was issued, beside the
probability that the predictions give to the dates of the interval (origins every four weeks in the second
half; the pretrained prior has never seen the family; at most 400 patterns of a history). Times: how many
events of the next four weeks fall into a pattern's three likeliest weekday x 6 h cells, against an even
spread, for patterns with at least 50 events before; beside the shares that were predicted, and what the
workspace's profile alone gives.

Exits 1 when over all histories the intervals cover less than 77 % or differ from their probability by more
than 5 points, or when the cells catch less than 1.8 times an even spread or predict more than 1.15 times what
they catch. Arguments choose histories by a part of their name.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import process_time

import numpy as np
import polars as pl

from bench.data.failure_histories import FailureHistory, choose_histories
from bench.training.recurrence_prior import train_prior_without
from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.evaluation.backtest import BacktestOptions, backtest
from causeloop_pipeline.analysis.predict.triggers.timing import (
    CELLS,
    TOP_CELLS,
    estimate_cell_shares,
    estimate_next_dates,
    number_timing_cells,
)
from causeloop_pipeline.model.prediction import WINDOWS

STEP = timedelta(days=28)
REFITS = 12
MAX_PATTERNS = 400
MIN_EVENTS = 50
MIN_COVERAGE, MAX_COVERAGE_ERROR = 0.77, 0.05
MIN_LIFT, MAX_OVERSTATEMENT = 1.8, 1.15
DAY_SECONDS = 86_400
HEADINGS = (
    "history",
    "intervals",
    "covered",
    "predicted",
    "early",
    "late",
    "events",
    "caught",
    "predicted",
    "profile",
)


@dataclass(frozen=True)
class Coverage:
    """Intervals whose median date lies in the data, and where the next occurrence fell."""

    intervals: int = 0
    predicted: float = 0.0  # the sum of the probabilities of the intervals
    early: int = 0
    late: int = 0

    @property
    def covered(self) -> int:
        """How many intervals held the next occurrence."""
        return self.intervals - self.early - self.late

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.intervals + other.intervals,
            self.predicted + other.predicted,
            self.early + other.early,
            self.late + other.late,
        )


@dataclass(frozen=True)
class Catch:
    """Events, and how many of them fell into the likeliest cells."""

    events: int = 0
    caught: int = 0
    predicted: float = 0.0  # the sum of the shares of the cells
    profile: int = 0  # caught by the likeliest cells of the workspace

    def __add__(self, other: "Catch") -> "Catch":
        return Catch(
            self.events + other.events,
            self.caught + other.caught,
            self.predicted + other.predicted,
            self.profile + other.profile,
        )


def choose_origins(events: pl.DataFrame) -> list[datetime]:
    """Every four weeks in the second half of a history, four weeks before its end at the latest."""
    first, last = events["occurred_at"].min(), events["occurred_at"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    start = (first + (last - first) / 2).replace(hour=0, minute=0, second=0, microsecond=0)
    return [start + STEP * number for number in range((last - start) // STEP)]


def measure_coverage(history: FailureHistory, all_events: pl.DataFrame) -> Coverage:
    """The intervals as issued: from the origin's date, by the probabilities of all windows."""
    ids = all_events.filter(pl.len().over("pattern_id") > 1)["pattern_id"].unique().sort()
    sampled = ids.gather_every(-(-len(ids) // MAX_PATTERNS)).implode()
    events = all_events.filter(pl.col("pattern_id").is_in(sampled))
    options = BacktestOptions(
        windows=WINDOWS,
        origins=choose_origins(events),
        active_within_days=history.active_within_days,
        refits=REFITS,
        resamples=1,
    )
    predictions = backtest(events, options, prior=train_prior_without(history.family)).predictions
    wide = predictions.pivot("window_days", index=["pattern_id", "origin"], values="probability")
    origins = wide.sort("origin").group_by("origin", maintain_order=True)
    return sum((_score_intervals(group, events) for _, group in origins), Coverage())


def _score_intervals(group: pl.DataFrame, events: pl.DataFrame) -> Coverage:
    """One origin's intervals; those that reach beyond the data without an occurrence are left out."""
    origin, end = group["origin"][0], pl.lit(events["occurred_at"].max()).dt.date()
    probabilities = group.select(str(window) for window in WINDOWS).to_numpy()
    dates = estimate_next_dates(probabilities, WINDOWS, origin.date())
    predicted = pl.Series("predicted", compute_interval_probability(probabilities, dates, origin.date()))
    later = events.filter(pl.col("occurred_at") >= origin)
    next_dates = later.group_by("pattern_id").agg(pl.col("occurred_at").min().dt.date().alias("actual"))

    rows = pl.concat([group.select("pattern_id"), dates, predicted.to_frame()], how="horizontal")
    rows = rows.join(next_dates, on="pattern_id", how="left")
    rows = rows.rename(lambda name: name.removeprefix("next_date_"))
    is_decided = (pl.col("median") <= end) & (pl.col("actual").is_not_null() | (pl.col("high") <= end))
    decided = rows.filter(is_decided)
    early = decided.filter(pl.col("actual") < pl.col("low")).height
    late = decided.filter((pl.col("actual") > pl.col("high")) | pl.col("actual").is_null()).height
    return Coverage(decided.height, float(decided["predicted"].sum()), early, late)


def compute_interval_probability(probabilities: Floats, dates: pl.DataFrame, today: date) -> Floats:
    """P(the next occurrence falls on a date of the interval), with a constant hazard between windows."""
    days = np.array([0, *WINDOWS], dtype=float)
    log_survival = np.log1p(-np.clip(probabilities, 0, 0.9999))
    hazards = np.column_stack([np.zeros(len(probabilities)), -log_survival])
    low, high = (
        (dates[name] - today).dt.total_days().cast(pl.Float64).to_numpy()
        for name in ("next_date_low", "next_date_high")
    )
    ends = np.where(np.isnan(high), np.inf, high + 1)
    until_low, until_end = (
        np.array(
            [_compute_hazard_until(hazard, days, at) for hazard, at in zip(hazards, moments, strict=True)]
        )
        for moments in (low, ends)
    )
    return np.asarray(np.exp(-until_low) - np.exp(-until_end))


def _compute_hazard_until(hazard: Floats, days: Floats, at: float) -> float:
    """Cumulative hazard up to a day; beyond the last window it goes on at its average."""
    return float(hazard[-1] * at / days[-1] if at > days[-1] else np.interp(at, days, hazard))


def measure_catch(events: pl.DataFrame) -> Catch:
    """Goes through the origins: cells from earlier events, scored on the events of the next four weeks."""
    rows = events.sort("pattern_id", "occurred_at")
    rows = rows.with_columns(number_timing_cells(pl.col("occurred_at")).alias("cell"))
    return sum(_count_catches(rows, choose_origins(events)), Catch())


def _count_catches(rows: pl.DataFrame, origins: list[datetime]) -> Iterator[Catch]:
    for origin in origins:
        before = rows.filter(pl.col("occurred_at") < origin)
        ids = before["pattern_id"].unique(maintain_order=True)
        pattern_idx = before["pattern_id"].rle_id().to_numpy().astype(np.int64)
        age_days = (pl.lit(origin) - pl.col("occurred_at")).dt.total_seconds() / DAY_SECONDS
        shares, profile = estimate_cell_shares(
            pattern_idx,
            before["cell"].to_numpy(),
            before.select(age_days).to_series().to_numpy(),
            len(ids),
        )
        patterns = pl.DataFrame(
            {"pattern_id": ids, "pattern_idx": np.arange(len(ids)), "n": np.bincount(pattern_idx)}
        )
        after = rows.filter(pl.col("occurred_at").is_between(origin, origin + STEP, closed="left"))
        scored = after.join(patterns.filter(pl.col("n") >= MIN_EVENTS), on="pattern_id")
        yield _score_cells(shares, profile, scored["pattern_idx"].to_numpy(), scored["cell"].to_numpy())


def _score_cells(shares: Floats, profile: Floats, pattern_idx: Ints, cell: Ints) -> Catch:
    top = np.argsort(-shares, axis=1, kind="stable")[:, :TOP_CELLS]
    predicted = np.take_along_axis(shares, top, axis=1).sum(axis=1)
    top_of_workspace = np.argsort(-profile, kind="stable")[:TOP_CELLS]
    is_caught = (top[pattern_idx] == cell[:, None]).any(axis=1)
    return Catch(
        len(pattern_idx),
        int(is_caught.sum()),
        float(predicted[pattern_idx].sum()),
        int(np.isin(cell, top_of_workspace).sum()),
    )


def main() -> int:
    """Prints a line for each history and the sums; 0 when every goal is met."""
    start = process_time()
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    dates, times = Coverage(), Catch()
    for history in choose_histories(sys.argv[1:]):
        events = history.events()
        coverage, catch = measure_coverage(history, events), measure_catch(events)
        print(format_line(history.name, coverage, catch), flush=True)
        dates, times = dates + coverage, times + catch
    print(format_line("all", dates, times))

    intervals = max(dates.intervals, 1)
    covered, predicted = dates.covered / intervals, dates.predicted / intervals
    lift = times.caught / (max(times.events, 1) * TOP_CELLS / CELLS)
    overstatement = times.predicted / max(times.caught, 1)
    met = (
        covered >= MIN_COVERAGE
        and abs(covered - predicted) <= MAX_COVERAGE_ERROR
        and lift >= MIN_LIFT
        and overstatement <= MAX_OVERSTATEMENT
    )
    print(
        f"timing: {'met' if met else 'MISSED'}: "
        f"intervals cover {covered:.1%} (goal at least {MIN_COVERAGE:.0%}), "
        f"{abs(covered - predicted):.1%} off their probability (goal at most {MAX_COVERAGE_ERROR:.0%}), "
        f"cells catch {lift:.2f}x an even spread (goal at least {MIN_LIFT}x) "
        f"and predict {overstatement:.2f}x what they catch (goal at most {MAX_OVERSTATEMENT}x; "
        f"{process_time() - start:.0f} CPU s)"
    )
    return int(not met)


def format_line(name: str, dates: Coverage, times: Catch) -> str:
    """One row of the table."""
    even = max(times.events, 1) * TOP_CELLS / CELLS
    shares = [
        f"{part / dates.intervals:.1%}" if dates.intervals else "none"
        for part in (dates.covered, dates.predicted, dates.early, dates.late)
    ]
    lifts = [f"{value / even:.2f}x" for value in (times.caught, times.predicted, times.profile)]
    return f"| {' | '.join([name, f'{dates.intervals:,}', *shares, f'{times.events:,}', *lifts])} |"


if __name__ == "__main__":
    sys.exit(main())
