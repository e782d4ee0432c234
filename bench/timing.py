"""How well next dates and times of day are foretold on public failure histories: `python -m bench.timing`.

Dates: how often the next occurrence falls into the 80 % interval that was issued, where one was, beside what
its probabilities promise for the whole dates of the interval (origins every four weeks in the second half;
the pretrained prior has never seen the family; 400 patterns of a history at most). Times: how many events of
the next four weeks fall into a pattern's three likeliest weekday x 6 h cells, against an even spread, for
patterns with 50 events before, beside what the shares claimed and what the workspace's profile alone gives.
Exits 1 when over all histories the intervals cover less than 77 % or differ from their promise by more than
5 points, when the cells catch less than 1.8 times chance, or claim more than 1.15 times what they catch.
Arguments choose histories by a part of their name.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from time import process_time
from typing import Any

import numpy as np
import polars as pl

from bench.data.failure_histories import HISTORIES, FailureHistory
from bench.recurrence import prior_without
from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.evaluation.backtest import backtest
from causeloop_pipeline.analysis.predict.triggers.timing import (
    CELLS,
    TOP_CELLS,
    cell_tendency,
    next_dates,
    timing_cells,
)

WINDOWS = (7, 14, 30, 90)
STEP = timedelta(days=28)
REFITS = 12
MOST_PATTERNS = 400
COVERED_FROM, OFF_PROMISE = 0.77, 0.05
LEAST_EVENTS = 50
LIFT_FROM, CLAIM_UP_TO = 1.8, 1.15
DAY = 86_400
HEADINGS = (
    "history",
    "dates shown",
    "covered",
    "promised",
    "early",
    "late",
    "events",
    "caught",
    "claimed",
    "profile",
)


@dataclass(frozen=True)
class Coverage:
    """Intervals whose median date lies in the data, what was promised of them, and before or after how many
    the next occurrence came.
    """

    shown: int
    promised: float
    early: int
    late: int

    @property
    def covered(self) -> int:
        """How many held the next occurrence."""
        return self.shown - self.early - self.late


@dataclass(frozen=True)
class Catch:
    """Events foretold; how many fell into the cells; what the shares claimed; what the profile catches."""

    events: int
    caught: int
    claimed: float
    profile: int


def origins_of(events: pl.DataFrame) -> list[datetime]:
    """Every four weeks in the second half of a history, four weeks before its end at the latest."""
    first, last = events["occurred_at"].min(), events["occurred_at"].max()
    assert isinstance(first, datetime)
    assert isinstance(last, datetime)
    begin = (first + (last - first) / 2).replace(hour=0, minute=0, second=0, microsecond=0)
    return [begin + STEP * number for number in range((last - begin) // STEP)]


def coverage(history: FailureHistory, every: pl.DataFrame) -> Coverage:
    """Of the intervals as issued: from the origin's date, by the probabilities of all windows."""
    ids = every.filter(pl.len().over("pattern_id") > 1)["pattern_id"].unique().sort()
    some = ids.gather_every(-(-len(ids) // MOST_PATTERNS)).implode()
    events = every.filter(pl.col("pattern_id").is_in(some))
    found = backtest(
        events,
        windows=WINDOWS,
        origins=origins_of(events),
        active_within_days=history.active_within,
        prior=prior_without(history.family),
        refits=REFITS,
        resamples=1,
    ).predictions
    wide = found.pivot("window_days", index=["pattern_id", "origin"], values="probability").sort("origin")
    parts = [_judged(group, events) for _, group in wide.group_by("origin", maintain_order=True)]
    return Coverage(*summed(parts, Coverage))


def _judged(group: pl.DataFrame, events: pl.DataFrame) -> Coverage:
    """One origin's intervals; those that reach beyond the data without an occurrence cannot be judged."""
    origin, end = group["origin"][0], pl.lit(events["occurred_at"].max()).dt.date()
    chances = group.select(str(window) for window in WINDOWS).to_numpy()
    ahead = events.filter(pl.col("occurred_at") >= origin)
    came = ahead.group_by("pattern_id").agg(pl.col("occurred_at").min().dt.date().alias("came"))
    dates = next_dates(chances, WINDOWS, origin.date())
    promised = pl.Series("promised", promised_of(chances, dates, origin.date()))
    rows = pl.concat([group.select("pattern_id"), dates, promised.to_frame()], how="horizontal")
    rows = rows.join(came, on="pattern_id", how="left").rename(lambda name: name.removeprefix("next_date_"))
    inside = (pl.col("median") <= end) & (pl.col("came").is_not_null() | (pl.col("high") <= end))
    known = rows.filter(inside)
    early = known.filter(pl.col("came") < pl.col("low")).height
    late = known.filter((pl.col("came") > pl.col("high")) | pl.col("came").is_null()).height
    return Coverage(known.height, float(known["promised"].sum()), early, late)


def promised_of(chances: Floats, dates: pl.DataFrame, today: date) -> Floats:
    """P(the next occurrence falls on a date of the interval), the hazard constant between windows."""
    days = np.array([0, *WINDOWS], dtype=float)
    hazard = np.column_stack([np.zeros(len(chances)), -np.log1p(-np.clip(chances, 0, 0.9999))])
    low, high = (
        (dates[name] - today).dt.total_days().cast(pl.Float64).to_numpy()
        for name in ("next_date_low", "next_date_high")
    )
    before, until = (
        np.array([_hazard(row, days, at) for row, at in zip(hazard, ends, strict=True)])
        for ends in (low, np.where(np.isnan(high), np.inf, high + 1))
    )
    result: Floats = np.exp(-before) - np.exp(-until)
    return result


def _hazard(known: Floats, days: Floats, at: float) -> float:
    """Cumulative hazard up to a day; beyond the last window it goes on at its average."""
    return float(known[-1] * at / days[-1] if at > days[-1] else np.interp(at, days, known))


def summed(parts: Sequence[Any], kind: type) -> list[Any]:
    """The sum of each field."""
    return [sum(getattr(part, field.name) for part in parts) for field in fields(kind)]


def catch(events: pl.DataFrame) -> Catch:
    """Walk through the origins: cells from what was before, events from the four weeks after."""
    rows = events.sort("pattern_id", "occurred_at")
    rows = rows.with_columns(timing_cells(pl.col("occurred_at")).alias("cell"))
    return Catch(*summed(list(_catches(rows, origins_of(events))), Catch))


def _catches(rows: pl.DataFrame, origins: list[datetime]) -> Iterator[Catch]:
    for origin in origins:
        before = rows.filter(pl.col("occurred_at") < origin)
        ids = before["pattern_id"].unique(maintain_order=True)
        owner = before["pattern_id"].rle_id().to_numpy().astype(np.int64)
        age = (pl.lit(origin) - pl.col("occurred_at")).dt.total_seconds() / DAY
        shares, profile = cell_tendency(
            owner, before["cell"].to_numpy(), before.select(age).to_series().to_numpy(), len(ids)
        )
        numbers = pl.DataFrame({"pattern_id": ids, "owner": np.arange(len(ids)), "n": np.bincount(owner)})
        after = rows.filter(pl.col("occurred_at").is_between(origin, origin + STEP, closed="left"))
        asked = after.join(numbers.filter(pl.col("n") >= LEAST_EVENTS), on="pattern_id")
        yield _caught(shares, profile, asked["owner"].to_numpy(), asked["cell"].to_numpy())


def _caught(shares: Floats, profile: Floats, owner: Floats, cell: Floats) -> Catch:
    top = np.argsort(-shares, axis=1, kind="stable")[:, :TOP_CELLS]
    claimed = np.take_along_axis(shares, top, axis=1).sum(axis=1)
    common = np.argsort(-profile, kind="stable")[:TOP_CELLS]
    inside = (top[owner] == cell[:, None]).any(axis=1)
    return Catch(len(owner), int(inside.sum()), float(claimed[owner].sum()), int(np.isin(cell, common).sum()))


def main() -> int:
    """Print a line a history and the sums; 0 when every goal is met."""
    wanted, begun = sys.argv[1:], process_time()
    chosen = [one for one in HISTORIES if not wanted or any(part in one.name for part in wanted)]
    print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
    dates, times = [], []
    for history in chosen:
        events = history.events()
        dates.append(coverage(history, events))
        times.append(catch(events))
        print(line(history.name, dates[-1], times[-1]), flush=True)
    date, time = Coverage(*summed(dates, Coverage)), Catch(*summed(times, Catch))
    print(line("all", date, time))
    covered, promised = date.covered / max(date.shown, 1), date.promised / max(date.shown, 1)
    met = (
        covered >= COVERED_FROM
        and abs(covered - promised) <= OFF_PROMISE
        and time.caught >= LIFT_FROM * time.events * TOP_CELLS / CELLS
        and time.claimed <= CLAIM_UP_TO * time.caught
    )
    print(f"timing: {'met' if met else 'MISSED'} ({process_time() - begun:.0f} CPU s)")
    return 0 if met else 1


def line(name: str, date: Coverage, time: Catch) -> str:
    """One row of the table."""
    chance = max(time.events, 1) * TOP_CELLS / CELLS
    shares = [
        f"{part / date.shown:.1%}" if date.shown else "none"
        for part in (date.covered, date.promised, date.early, date.late)
    ]
    lifts = [f"{value / chance:.2f}x" for value in (time.caught, time.claimed, time.profile)]
    return f"| {' | '.join([name, f'{date.shown:,}', *shares, f'{time.events:,}', *lifts])} |"


if __name__ == "__main__":
    sys.exit(main())
