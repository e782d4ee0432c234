"""Estimates when and where a pattern tends to occur: weekday and quarter of the day, next-date interval,
shares of service and team.
"""

from dataclasses import dataclass
from datetime import date
from math import comb

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints, mark_numbers
from causeloop_pipeline.analysis.predict.recurrence.history import NumberedOccurrences
from causeloop_pipeline.model.time_of_week import QUARTERS_OF_THE_DAY, WEEKDAYS

CELLS = len(WEEKDAYS) * len(QUARTERS_OF_THE_DAY)
HALF_LIFE_DAYS = 365.0
PSEUDO_EVENTS = 20.0
NEIGHBOUR_SHARE = 0.15
MIN_PROBABILITY_FOR_DATES = 0.5
MAX_DAYS_AHEAD = 365
DAYS_OF_WEEKDAY_HABIT = 365
MIN_DAYS_OF_HABIT = 6
MAX_WEEKDAYS_OF_HABIT = 2
MIN_SHARE_OF_HABIT = 0.1
MIN_SHARE_WITHIN_HABIT = 0.9
MAX_CHANCE_OF_EMPTY_WEEKDAYS = 0.01
CHOICES_OF_WEEKDAYS = np.array([comb(7, used) for used in range(8)], dtype=float)
TOP_CELLS = 3
TOP_VALUES = 3


def number_timing_cells(local: pl.Expr) -> pl.Expr:
    """Number the weekday x 6 h cell of a local instant.

    In: a local datetime. Out: 0-27, monday 00-06 is 0.
    """
    return (local.dt.weekday().cast(pl.Int64) - 1) * 4 + local.dt.hour().cast(pl.Int64) // 6


def estimate_cell_shares(pattern_idx: Ints, cell: Ints, age_days: Floats, size: int) -> tuple[Floats, Floats]:
    """Estimate the shares of the 28 cells per pattern, and of the workspace.

    In: one entry per event (pattern number, cell 0-27, age in days), sorted by pattern and age, and the
    number of patterns. Out: (size x 28, 28), rows sum to one. Own histogram in which each day counts once
    however many its events, decayed with a half-life of a year, spread a little to the neighbouring quarters
    of the day, plus 20 pseudo-events of the workspace's profile: neither few events nor a storm make a
    tendency.
    """
    weight = np.exp2(-age_days / HALF_LIFE_DAYS) / _events_of_the_day(pattern_idx, age_days)
    own = np.bincount(pattern_idx * CELLS + cell, weight, size * CELLS).reshape(size, CELLS)
    smooth = (1 - 2 * NEIGHBOUR_SHARE) * own + NEIGHBOUR_SHARE * (
        np.roll(own, 1, axis=1) + np.roll(own, -1, axis=1)
    )
    workspace = smooth.sum(axis=0) + 1.0
    workspace = workspace / workspace.sum()
    mixed = smooth + PSEUDO_EVENTS * workspace
    return mixed / mixed.sum(axis=1, keepdims=True), workspace


def _events_of_the_day(pattern_idx: Ints, age_days: Floats) -> Ints:
    """How many events the pattern has on the day of each event."""
    day = np.floor(age_days)
    is_new_day = np.ones(len(pattern_idx), bool)
    is_new_day[1:] = (pattern_idx[1:] != pattern_idx[:-1]) | (day[1:] != day[:-1])
    run = np.cumsum(is_new_day) - 1
    count: Ints = np.bincount(run)[run]
    return count


def list_likely_cells(
    pattern_idx: Ints, cell: Ints, age_days: Floats, size: int, numbers: Ints | None = None
) -> pl.Series:
    """List the likeliest cells of each pattern, of those in which it has occurred.

    In: as `estimate_cell_shares`; the numbers of the patterns to list (default: all). Out: per
    pattern a list of nested_columns.TIME_SHARE, lift against an even spread.
    """
    shares, _ = estimate_cell_shares(pattern_idx, cell, age_days, size)
    has_occurred = mark_numbers(pattern_idx * CELLS + cell, size * CELLS).reshape(size, CELLS)
    shares = np.where(has_occurred, shares, 0.0)
    shares = shares if numbers is None else shares[numbers]
    top = np.argsort(-shares, axis=1, kind="stable")[:, :TOP_CELLS]
    cells = [
        _describe_cells(top[:, rank], np.take_along_axis(shares, top[:, [rank]], axis=1)[:, 0])
        for rank in range(TOP_CELLS)
    ]
    frame = pl.DataFrame({str(rank): column for rank, column in enumerate(cells)})
    with_share = [
        pl.when(pl.col(name).struct.field("share") > 0).then(pl.col(name)) for name in frame.columns
    ]
    return frame.select(pl.concat_list(with_share).list.drop_nulls().alias("likely_when")).to_series()


def _describe_cells(cell: Ints, share: Floats) -> pl.Series:
    frame = pl.DataFrame(
        {
            "weekday": pl.Series(list(WEEKDAYS)).gather(cell // 4),
            "hours": pl.Series(list(QUARTERS_OF_THE_DAY)).gather(cell % 4),
            "share": np.round(share, 4),
            "lift": np.round(share * CELLS, 2),
        }
    )
    return frame.to_struct()


def list_likely_places(
    occurrences: NumberedOccurrences, dimensions: tuple[str, ...] = ("service", "team", "environment")
) -> pl.DataFrame:
    """List the most frequent values of each dimension of each pattern.

    In: NumberedOccurrences, the dimensions. Out: frame(pattern_id, likely_where), a list of
    nested_columns.VALUE_SHARE by dimension; the share of a value is that among the events that name one.
    """
    result = occurrences.patterns.to_frame("pattern_id").with_row_index("number")
    for name in dimensions:
        by_pattern = _shares(occurrences.rows, name)
        result = result.join(by_pattern, on="number", how="left", maintain_order="left")
    shares = [pl.col(name).fill_null([]) for name in dimensions]
    return result.select("pattern_id", pl.struct(shares).alias("likely_where"))


def _shares(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    counted = rows.lazy().select("number", name).drop_nulls(name).group_by("number", name).len()
    counts = counted.with_columns(pl.col(name).cast(pl.String)).collect()
    ranked = counts.with_columns((pl.col("len") / pl.col("len").sum().over("number")).round(4).alias("share"))
    ordered = ranked.sort("number", "len", name, descending=[False, True, False])
    top = ordered.filter(pl.int_range(pl.len()).over("number") < TOP_VALUES)
    value_share = pl.struct(pl.col(name).alias("value"), "share").alias(name)
    return top.group_by("number", maintain_order=True).agg(value_share)


def find_bound_weekdays(pattern_idx: Ints, day: Ints, size: int) -> Floats:
    """Find the weekdays that patterns keep to.

    In: one entry per event (pattern number, local day since 1970), the number of patterns. Out: patterns x
    weekdays (0: monday), rows sum to one: of the pattern's active days of the last year, the shares of the
    one or two weekdays that hold nearly all of them, or of those that hold all where chance would hardly have
    left any others empty (monday to friday: 23 active days); NaN for a pattern that keeps to none.
    """
    pattern, active_day = _list_active_days(pattern_idx, day)
    last = np.full(size, -1, dtype=np.int64)
    np.maximum.at(last, pattern, active_day)
    is_recent = active_day > last[pattern] - DAYS_OF_WEEKDAY_HABIT
    weekday = (active_day + 3) % 7  # 1 January 1970 was a thursday
    cells = (pattern * 7 + weekday)[is_recent]
    counts = np.bincount(cells, minlength=size * 7).reshape(size, 7).astype(float)
    total = counts.sum(axis=1, keepdims=True)
    counts_of_habit = counts * (counts >= MIN_SHARE_OF_HABIT * total)
    is_bound = (
        (total[:, 0] >= MIN_DAYS_OF_HABIT)
        & ((counts_of_habit > 0).sum(axis=1) <= MAX_WEEKDAYS_OF_HABIT)
        & (counts_of_habit.sum(axis=1) >= MIN_SHARE_WITHIN_HABIT * total[:, 0])
    )
    used = (counts > 0).sum(axis=1)
    chance = CHOICES_OF_WEEKDAYS[used] * np.power(used / 7, total[:, 0])
    avoids_some = (total[:, 0] >= MIN_DAYS_OF_HABIT) & (chance <= MAX_CHANCE_OF_EMPTY_WEEKDAYS) & ~is_bound
    habit_counts = np.where(is_bound[:, None], counts_of_habit, counts)
    has_habit = is_bound | avoids_some
    shares = np.full((size, 7), np.nan)
    shares[has_habit] = habit_counts[has_habit] / habit_counts[has_habit].sum(axis=1, keepdims=True)
    return shares


def _list_active_days(pattern_idx: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Each pattern and day once, in order."""
    if not len(day):
        return pattern_idx, day
    first, span = int(day.min()), int(day.max()) - int(day.min()) + 1
    codes = np.unique(pattern_idx.astype(np.int64) * span + (day - first))  # pairs would be sorted as bytes
    return codes // span, codes % span + first


@dataclass(frozen=True)
class TurnsAhead:
    """The next turns of some patterns.

    number: which patterns. offset: days from now by which each turn will have come, ascending. day: whole
    days from today to its date. hazard: of each turn. All but the first are rows x turns.
    """

    number: Ints
    offset: Floats
    day: Ints
    hazard: Floats


def estimate_next_dates(
    probabilities: Floats,
    windows: tuple[int, ...],
    today: date,
    weekdays: Floats | None = None,
    occurred_today: Bools | None = None,
    turns: TurnsAhead | None = None,
) -> pl.DataFrame:
    """Estimate the dates by which the next occurrence comes with 10, 50 and 90 %.

    In: patterns x windows (ascending days); `find_bound_weekdays` or None; which patterns
    have occurred today already, whose next date of a weekday is a later one; the turns of those that keep
    some. Out: next_date_low, next_date_median, next_date_high; null where the probability within 30 days is
    below one half or the date lies more than a year ahead. Between windows the hazard is constant; that of a
    pattern that keeps to weekdays or turns falls on those days alone.
    """
    window_hazard = -np.log1p(-np.clip(probabilities, 0, 0.9999))
    hazard = np.concatenate([np.zeros((len(probabilities), 1)), window_hazard], axis=1)
    days = np.array([0, *windows], dtype=float)
    within_30 = -np.expm1(-_hazard_at(hazard, days, np.full(len(hazard), 30.0)))
    is_likely = within_30 >= MIN_PROBABILITY_FOR_DATES
    is_bound = np.zeros(len(hazard), bool) if weekdays is None else np.isfinite(weekdays).all(axis=1)
    columns = {}
    for name, share in (("low", 0.1), ("median", 0.5), ("high", 0.9)):
        ahead = _days_until(hazard, days, -np.log1p(-share))
        if weekdays is not None and is_bound.any():
            curve, level = (hazard[is_bound], days), -np.log1p(-share)
            ahead[is_bound] = _days_until_weekday(curve, weekdays[is_bound], today.weekday(), level)
            if occurred_today is not None:
                later = 1 + _days_until_weekday(curve, weekdays[is_bound], today.weekday() + 1, level)
                ahead[is_bound] = np.where(occurred_today[is_bound], later, ahead[is_bound])
        if turns is not None and len(turns.number):
            ahead[turns.number] = _days_until_turn(hazard[turns.number], days, turns, -np.log1p(-share))
        is_given = is_likely & (ahead <= MAX_DAYS_AHEAD)
        offsets = np.where(is_given, np.minimum(ahead, MAX_DAYS_AHEAD), np.nan)
        columns[f"next_date_{name}"] = (today - date(1970, 1, 1)).days + np.floor(offsets)
    return pl.DataFrame(columns).select(pl.all().fill_nan(None).cast(pl.Int32).cast(pl.Date))


def _days_until_weekday(
    curve: tuple[Floats, Floats], weekdays: Floats, first_weekday: int, level: float
) -> Floats:
    """Days until the cumulative hazard reaches a level, each week's hazard falling on some weekdays only."""
    hazard, days = curve
    weeks = MAX_DAYS_AHEAD // 7 + 2
    ends = [_hazard_at(hazard, days, np.full(len(hazard), 7.0 * week)) for week in range(weeks + 1)]
    of_week = np.diff(np.stack(ends, axis=1), axis=1)
    of_day = np.roll(weekdays, -first_weekday, axis=1)
    reached = np.cumsum((of_week[:, :, None] * of_day[:, None, :]).reshape(len(hazard), -1), axis=1)
    is_reached = reached >= level - 1e-9
    result: Floats = np.where(is_reached.any(axis=1), is_reached.argmax(axis=1), 10.0 * MAX_DAYS_AHEAD)
    return result


def _days_until_turn(hazard: Floats, days: Floats, turns: TurnsAhead, level: float) -> Floats:
    """Days until the cumulative hazard reaches a level, that between two windows falling on its turns."""
    rise = np.diff(hazard, axis=1)
    is_in = np.searchsorted(days, turns.offset)[:, :, None] - 1 == np.arange(rise.shape[1])
    of_turns = is_in * np.maximum(turns.hazard, 1e-9)[:, :, None]
    total = of_turns.sum(axis=1)
    shares = (of_turns / np.where(total > 0, total, 1.0)[:, None] * rise[:, None]).sum(axis=2)
    ends = np.broadcast_to(days[1:], rise.shape)
    offset, day = (np.concatenate([part, ends], axis=1) for part in (turns.offset, turns.day))
    weight = np.concatenate([shares, np.where(total > 0, 0.0, rise)], axis=1)
    order = np.argsort(offset, axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(weight, order, axis=1), axis=1) >= level - 1e-9
    first = np.take_along_axis(
        day, np.take_along_axis(order, reached.argmax(axis=1)[:, None], axis=1), axis=1
    )
    result: Floats = np.where(reached.any(axis=1), first[:, 0], 10.0 * MAX_DAYS_AHEAD)
    return result


def _hazard_at(hazard: Floats, days: Floats, at: Floats) -> Floats:
    """The cumulative hazard at some day between the windows."""
    right = np.clip(np.searchsorted(days, at), 1, len(days) - 1)
    rows = np.arange(len(hazard))
    slope = (hazard[rows, right] - hazard[rows, right - 1]) / (days[right] - days[right - 1])
    result: Floats = hazard[rows, right - 1] + slope * (at - days[right - 1])
    return result


def _days_until(hazard: Floats, days: Floats, level: float) -> Floats:
    """Days after which the cumulative hazard reaches a level, going on with the average hazard after the last
    window.
    """
    rows = np.arange(len(hazard))
    right = np.clip((hazard < level).sum(axis=1), 1, len(days) - 1)
    rise = np.maximum(hazard[rows, right] - hazard[rows, right - 1], 1e-9)
    inside = days[right - 1] + (level - hazard[rows, right - 1]) / rise * (days[right] - days[right - 1])
    beyond = days[-1] * level / np.maximum(hazard[:, -1], 1e-9)
    result: Floats = np.where(hazard[:, -1] >= level, inside, np.minimum(beyond, 10.0 * MAX_DAYS_AHEAD))
    return result
