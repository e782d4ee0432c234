"""Schedules that a pattern may keep, and the turns of each: numbered from a day, dated from a number.

Days are counted from 1970-01-01, in the workspace's time. A turn is the day on which a schedule is due.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rows import Rows

GRID, FOLLOWING, MONTHLY, WEEKDAYS = 0, 1, 2, 3
FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday; monday is 0
MONTHS = 12 * 200
DAYS_OF_MONTH, MONTH_ENDS, NTH_WEEKDAYS = 28, 4, 28
MONTH_END = DAYS_OF_MONTH
NTH_WEEKDAY = MONTH_END + MONTH_ENDS
LAST_WEEKDAY = NTH_WEEKDAY + NTH_WEEKDAYS
"""Rows of the table of monthly days: day 1 to 28; the last day and 1 to 3 days before it; the first to
fourth of each weekday; the last of each weekday."""


@dataclass(frozen=True)
class Schedules(Rows):
    """One schedule per row, as arrays of equal length.

    kind: GRID (every `period` days from `phase` on), FOLLOWING (`period` days after the turn before; `phase`
    is the latest day), MONTHLY (`row` of the table of monthly days) or WEEKDAYS (`row` has a bit for each
    weekday, monday the lowest).
    """

    kind: Ints
    period: Floats
    phase: Floats
    row: Ints


@cache
def list_monthly_days() -> Ints:
    """List the day of each month on which a monthly schedule is due.

    Out: rows (day of month, end of month, nth and last weekday) x months since January 1970.
    """
    months = [date(1970 + month // 12, month % 12 + 1, 1) for month in range(MONTHS + 1)]
    starts = np.array([(first - date(1970, 1, 1)).days for first in months])
    first, after = starts[:-1], starts[1:]
    to_weekday = (np.arange(7)[:, None] - (first + FIRST_WEEKDAY)) % 7
    back_to_weekday = (after - 1 + FIRST_WEEKDAY - np.arange(7)[:, None]) % 7
    return np.concatenate(
        [
            first + np.arange(DAYS_OF_MONTH)[:, None],
            after - 1 - np.arange(MONTH_ENDS)[:, None],
            *(first + to_weekday + 7 * nth for nth in range(NTH_WEEKDAYS // 7)),
            after - 1 - back_to_weekday,
        ]
    )


def find_month(day: Ints) -> Ints:
    """Find the month, since January 1970, in which each day lies."""
    return np.searchsorted(list_monthly_days()[0], day, side="right") - 1


def number_grid_turns(day: Ints, period: Floats, phase: Floats) -> tuple[Ints, Ints]:
    """Number the nearest turn of a grid, and count the days from it.

    In: days; period and phase in days, of shapes that fit. Out: numbers; days after the turn (before it:
    negative).
    """
    number = np.rint((day - phase) / period).astype(np.int64)
    return number, day - date_grid_turns(number, period, phase)


def date_grid_turns(number: Ints, period: Floats, phase: Floats) -> Ints:
    """The days of numbered turns of a grid."""
    return np.floor(phase + number * period + 0.5).astype(np.int64)


def number_monthly_turns(day: Ints, row: Ints) -> tuple[Ints, Ints]:
    """Number the nearest turn of a monthly schedule, and count the days from it; as `number_grid_turns`."""
    table, month = list_monthly_days(), find_month(day)
    after = day - table[row, month]
    other = np.clip(month + np.sign(after), 0, MONTHS - 1)
    away = day - table[row, other]
    is_nearer = np.abs(away) < np.abs(after)
    return np.where(is_nearer, other, month), np.where(is_nearer, away, after)


def mark_weekdays(row: Ints) -> Bools:
    """The weekdays of each set: rows x 7, monday first."""
    is_chosen: Bools = (row[:, None] >> np.arange(7)) & 1 == 1
    return is_chosen


def number_weekday_turns(day: Ints, row: Ints) -> tuple[Ints, Ints]:
    """Number the latest turn of a set of weekdays, and count the days since it.

    In: rows x days, sets. Out: as `number_grid_turns`; days are never negative.
    """
    is_chosen = mark_weekdays(row)
    until = np.cumsum(is_chosen, axis=1)
    week, weekday = np.divmod(day + FIRST_WEEKDAY, 7)
    rank = np.take_along_axis(until, weekday, axis=1)
    number = week * until[:, -1:] + rank - 1
    return number, day - date_weekday_turns(number, row)


def date_weekday_turns(number: Ints, row: Ints) -> Ints:
    """The days of numbered turns of a set of weekdays; numbers are rows x turns."""
    is_chosen = mark_weekdays(row)
    week, place = np.divmod(number, is_chosen.sum(axis=1, keepdims=True))
    weekdays = np.argsort(~is_chosen, axis=1, kind="stable")
    return week * 7 + np.take_along_axis(weekdays, place, axis=1) - FIRST_WEEKDAY


def number_turns(schedules: Schedules, day: Ints) -> tuple[Ints, Ints]:
    """Number the turn that each day belongs to, and count the days from it.

    In: schedules; rows x days. Out: the numbers of the nearest turn (of weekdays: the latest one), and the
    days after it.
    """
    number, after = np.zeros_like(day), np.zeros_like(day)
    rows = schedules.kind <= FOLLOWING
    if rows.any():
        grid = schedules.period[rows, None], schedules.phase[rows, None]
        number[rows], after[rows] = number_grid_turns(day[rows], *grid)
    rows = schedules.kind == MONTHLY
    if rows.any():
        number[rows], after[rows] = number_monthly_turns(day[rows], schedules.row[rows, None])
    rows = schedules.kind == WEEKDAYS
    if rows.any():
        number[rows], after[rows] = number_weekday_turns(day[rows], schedules.row[rows])
    return number, after


def date_turns(schedules: Schedules, number: Ints) -> Ints:
    """The days of numbered turns.

    In: schedules; rows x numbers. Out: rows x days.
    """
    day = np.zeros_like(number)
    rows = schedules.kind <= FOLLOWING
    if rows.any():
        grid = schedules.period[rows, None], schedules.phase[rows, None]
        day[rows] = date_grid_turns(number[rows], *grid)
    rows = schedules.kind == MONTHLY
    if rows.any():
        month = np.clip(number[rows], 0, MONTHS - 1)
        day[rows] = list_monthly_days()[schedules.row[rows, None], month]
    rows = schedules.kind == WEEKDAYS
    if rows.any():
        day[rows] = date_weekday_turns(number[rows], schedules.row[rows])
    return day


def number_past_turns(schedules: Schedules, day: Ints, is_day: Bools) -> tuple[Ints, Ints]:
    """Number the turns of days that have passed; as `number_turns`, but each turn may follow the one before.

    In: schedules; rows x places, ascending days, and which places hold one. Out: the numbers, and the days
    after the turn.
    """
    number, after = number_turns(schedules, day)
    rows = schedules.kind == FOLLOWING
    if rows.any():
        number[rows], after[rows] = _follow_turns(schedules.period[rows], day[rows], is_day[rows])
    return number, after


def measure_gaps(day: Ints, is_day: Bools) -> tuple[Ints, Bools]:
    """Measure the days between each day and the one before it.

    In: rows x places, ascending days, and which places hold one. Out: rows x (places - 1), 0 where there is
    no gap, and where there is one.
    """
    before = np.maximum.accumulate(np.where(is_day, day, -1), axis=1)[:, :-1]
    is_gap = is_day[:, 1:] & (before >= 0)
    return np.where(is_gap, day[:, 1:] - before, 0), is_gap


def _follow_turns(period: Floats, day: Ints, is_day: Bools) -> tuple[Ints, Ints]:
    """Turns of which each is counted from the day before; that of the latest day is 0."""
    gap, _ = measure_gaps(day, is_day)
    steps = np.rint(gap / period[:, None]).astype(np.int64)
    number = np.concatenate([np.zeros((len(gap), 1), np.int64), np.cumsum(steps, axis=1)], axis=1)
    after = np.zeros_like(number)
    after[:, 1:] = gap - np.rint(steps * period[:, None]).astype(np.int64)
    return number - number[:, -1:], after
