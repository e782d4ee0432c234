"""The schedules that the days of a pattern suggest, each with what it is worth before the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.rhythm.bursts import LocalDays
from causeloop_pipeline.analysis.predict.recurrence.rhythm.schedules import (
    DAYS_OF_MONTH,
    FIRST_WEEKDAY,
    FOLLOWING,
    GRID,
    LAST_WEEKDAY,
    MONTH_END,
    MONTH_ENDS,
    MONTHLY,
    NTH_WEEKDAY,
    NTH_WEEKDAYS,
    WEEKDAYS,
    Schedules,
    find_month,
    list_monthly_days,
    measure_gaps,
    number_past_turns,
    number_turns,
)

# the chance of each kind, spread evenly over its phases: many candidates must not make evidence
CHANCE_OF_WEEKS = {7: 0.3, 14: 0.1, 21: 0.04, 28: 0.05}
CHANCE_OF_DAY, CHANCE_OF_END, CHANCE_OF_NTH, CHANCE_OF_LAST = 0.15, 0.1, 0.1, 0.03
CHANCE_OF_WORKDAYS, CHANCE_OF_SET, CHANCE_OF_PERIOD = 0.1, 0.1, 0.1
WORKDAYS = 0b11111
MIN_PERIOD, MAX_PERIOD = 2.0, 120.0
MIN_SHARE_OF_WEEKS = 0.4
REFINEMENTS = 3


@dataclass(frozen=True)
class Candidate:
    """One schedule per row, its log prior, and the turn and offset of each day (rows x places)."""

    schedules: Schedules
    log_prior: Floats
    number: Ints
    after: Ints


def list_candidates(days: LocalDays) -> Iterator[Candidate]:
    """List the candidates of every row, kind by kind.

    In: local days. Out: candidates; a row that cannot have one has a log prior of -inf.
    """
    size = len(days.day)
    for weeks, chance in CHANCE_OF_WEEKS.items():
        phase = _find_mode(days.day % weeks, days.is_day, weeks)
        yield _number(days, GRID, chance / weeks, period=np.full(size, float(weeks)), phase=phase)
    month = find_month(days.day)
    table = list_monthly_days()
    into, left = days.day - table[0, month], table[MONTH_END, month] - days.day
    weekday = (days.day + FIRST_WEEKDAY) % 7
    kinds = (
        (0, DAYS_OF_MONTH, into, into < DAYS_OF_MONTH, CHANCE_OF_DAY),
        (MONTH_END, MONTH_ENDS, left, left < MONTH_ENDS, CHANCE_OF_END),
        (NTH_WEEKDAY, NTH_WEEKDAYS, into // 7 * 7 + weekday, into < DAYS_OF_MONTH, CHANCE_OF_NTH),
        (LAST_WEEKDAY, 7, weekday, left < 7, CHANCE_OF_LAST),
    )
    for row, count, value, is_one, chance in kinds:
        chosen = row + _find_mode(np.where(is_one, value, 0), days.is_day & is_one, count)
        yield _number(days, MONTHLY, chance / count, row=chosen)
    yield _choose_weekdays(days)
    yield from _list_periods(days)


def _number(
    days: LocalDays,
    kind: int,
    chance: float,
    *,
    period: Floats | None = None,
    phase: Ints | None = None,
    row: Ints | None = None,
) -> Candidate:
    size = len(days.day)
    nothing = np.zeros(size, np.int64)
    schedules = Schedules(
        np.full(size, kind),
        np.ones(size) if period is None else period,
        (nothing if phase is None else phase).astype(float),
        nothing if row is None else row,
    )
    return Candidate(schedules, np.full(size, np.log(chance)), *number_turns(schedules, days.day))


def _find_mode(value: Ints, is_counted: Bools, count: int) -> Ints:
    """The commonest value below `count` of each row."""
    size = len(value)
    cell = (np.arange(size)[:, None] * count + value)[is_counted]
    mode: Ints = np.bincount(cell, minlength=size * count).reshape(size, count).argmax(axis=1)
    return mode


def _choose_weekdays(days: LocalDays) -> Candidate:
    """The weekdays on which a pattern occurs in enough weeks; one alone is a weekly schedule already."""
    size = len(days.day)
    weekday = (days.day + FIRST_WEEKDAY) % 7
    cell = (np.arange(size)[:, None] * 7 + weekday)[days.is_day]
    counts = np.bincount(cell, minlength=size * 7).reshape(size, 7)
    first = np.where(days.is_day, days.day, np.iinfo(np.int64).max).min(axis=1)
    weeks = np.maximum((days.day[:, -1] - first) / 7, 1.0)
    is_chosen = (counts >= 2) & (counts >= MIN_SHARE_OF_WEEKS * weeks[:, None])
    row = (is_chosen << np.arange(7)).sum(axis=1)
    candidate = _number(days, WEEKDAYS, 1.0, row=np.where(row > 0, row, WORKDAYS))
    log_prior = np.where(row == WORKDAYS, np.log(CHANCE_OF_WORKDAYS), np.log(CHANCE_OF_SET / 127))
    is_set = (is_chosen.sum(axis=1) > 1) & (is_chosen.sum(axis=1) < 7)
    return Candidate(
        candidate.schedules, np.where(is_set, log_prior, -np.inf), candidate.number, candidate.after
    )


def _list_periods(days: LocalDays) -> Iterator[Candidate]:
    """Any number of days, counted on a grid and from the turn before."""
    count = days.is_day.sum(axis=1)
    for period in _estimate_periods(*measure_gaps(days.day, days.is_day), count):
        is_period = np.isfinite(period)
        some = np.where(is_period, period, MAX_PERIOD)
        latest = days.day[:, -1].astype(float)
        phases = {GRID: _find_phase(days, some), FOLLOWING: latest}
        log_chances = {
            GRID: np.log(CHANCE_OF_PERIOD / (some * 2 * count)),
            FOLLOWING: np.log(CHANCE_OF_PERIOD / (2 * count)),
        }
        for kind, phase in phases.items():
            schedules = Schedules(np.full(len(some), kind), some, phase, np.zeros(len(some), np.int64))
            turns = number_past_turns(schedules, days.day, days.is_day)
            yield Candidate(schedules, np.where(is_period, log_chances[kind], -np.inf), *turns)


def _find_phase(days: LocalDays, period: Floats) -> Floats:
    """The circular mean of the days within a period."""
    angle = days.day * (2 * np.pi / period[:, None])
    east, north = ((part * days.is_day).sum(axis=1) for part in (np.cos(angle), np.sin(angle)))
    phase = np.arctan2(north, east) / (2 * np.pi) * period
    result: Floats = np.where(period == np.rint(period), np.rint(phase), phase)
    return result


def _estimate_periods(gap: Ints, is_gap: Bools, count: Ints) -> Iterator[Floats]:
    """Periods that the gaps suggest; NaN where there is none."""
    values = np.where(is_gap, gap, np.nan)
    median = np.nanmedian(values, axis=1)
    short = np.nanmedian(np.where(values <= 1.25 * median[:, None], values, np.nan), axis=1)
    for start in (median, short):
        period = np.maximum(start, 1.0)
        for _ in range(REFINEMENTS):
            turns = np.rint(gap / period[:, None])
            away = np.abs(gap - turns * period[:, None])
            fits = is_gap & (turns > 0) & (away <= np.maximum(0.2 * period, 1.0)[:, None])
            of_turns = (turns * fits).sum(axis=1)
            period = np.where(of_turns > 0, (gap * fits).sum(axis=1) / np.maximum(of_turns, 1), period)
        whole = np.rint(period)
        period = np.where(np.abs(period - whole) <= 1.5 / count, whole, period)
        yield np.where((period >= MIN_PERIOD) & (period <= MAX_PERIOD), period, np.nan)
