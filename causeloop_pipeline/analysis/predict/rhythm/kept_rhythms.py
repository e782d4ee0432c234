"""Says in words which turns patterns keep, and dates the next ones."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Ints
from causeloop_pipeline.analysis.predict.rhythm.evidence import FoundSchedules
from causeloop_pipeline.analysis.predict.rhythm.rhythm import FoundRhythms
from causeloop_pipeline.analysis.predict.rhythm.schedules import (
    FIRST_WEEKDAY,
    FOLLOWING,
    LAST_WEEKDAY,
    MONTH_END,
    MONTHLY,
    NTH_WEEKDAY,
)
from causeloop_pipeline.analysis.predict.rhythm.turns import pass_usual_hour
from causeloop_pipeline.analysis.predict.triggers.timing import TurnsAhead
from causeloop_pipeline.model.nested_columns import KEPT_RHYTHM
from causeloop_pipeline.model.time_of_week import WEEKDAYS as WEEKDAY_NAMES

MIN_WEIGHT = 0.5  # a rhythm that counts less is not proven
SURE_HOUR_REACH = 0.125  # days: 3 h around the usual hour
ORDINALS = ("first", "second", "third", "fourth")
EPOCH = date(1970, 1, 1)
NEARLY_PAST = 0.98


def describe_rhythms(rhythms: FoundRhythms, size: int) -> pl.Series:
    """Describe the proven rhythms of patterns.

    In: rhythms, whose pairs are numbers of patterns; how many patterns there are. Out: `rhythm`, a
    nested_columns.KEPT_RHYTHM for each pattern, null without a proven one.
    """
    rows: list[dict[str, object] | None] = [None] * size
    found, turns = rhythms.schedules, rhythms.turns
    following = _find_following(rhythms)
    for row in np.flatnonzero(rhythms.weight >= MIN_WEIGHT).tolist():
        rows[rhythms.pair[row]] = {
            "text": write_schedule(found, row),
            "kept": int(turns.kept[row]),
            "turns": int(turns.count[row]),
            "missed": int(turns.missed[row]),
            "next": (EPOCH + timedelta(days=int(turns.ahead[row, following[row]]))).isoformat(),
            "expected": round(float(rhythms.expected[row]), 2),
            "weight": round(float(rhythms.weight[row]), 4),
        }
    return pl.Series("rhythm", rows, dtype=KEPT_RHYTHM)


def list_turns_ahead(rhythms: FoundRhythms, today: date) -> TurnsAhead:
    """List the next turns of the proven rhythms.

    In: rhythms, whose pairs are numbers of patterns; the local date. Out: TurnsAhead.
    """
    rows = np.flatnonzero(rhythms.weight >= MIN_WEIGHT)
    following = _find_following(rhythms)[rows]
    last = rhythms.turns.ahead.shape[1] - 1
    place = np.minimum(following[:, None] + np.arange(rhythms.hazard.shape[1]), last)
    day = np.take_along_axis(rhythms.turns.ahead[rows], place, axis=1)
    reach = rhythms.schedules.hour_reach[rows, None]
    offset = day + 0.5 + reach - rhythms.now[rows, None]
    return TurnsAhead(rhythms.pair[rows], offset, day - (today - EPOCH).days, rhythms.hazard[rows])


def _find_following(rhythms: FoundRhythms) -> Ints:
    """The place of the next turn whose usual hour has not passed."""
    has_passed = pass_usual_hour(
        rhythms.turns.ahead, rhythms.now[:, None], rhythms.schedules.hour_reach[:, None]
    )
    return np.minimum((has_passed >= NEARLY_PAST).sum(axis=1), rhythms.turns.ahead.shape[1] - 1)


def write_schedule(found: FoundSchedules, row: int) -> str:
    """Write a schedule in words.

    In: schedules and which of them. Out: such as “every second Tuesday around 09:10”.
    """
    text = _write_days(found, row)
    if found.hour_reach[row] > SURE_HOUR_REACH:
        return text
    minutes = round((float(found.shift[row]) / DAY_MS + 0.5) * 1440) % 1440
    return f"{text} around {minutes // 60:02d}:{minutes % 60:02d}"


def _write_days(found: FoundSchedules, row: int) -> str:
    schedules = found.schedules
    kind, period = int(schedules.kind[row]), float(schedules.period[row])
    if kind <= FOLLOWING:
        return _write_period(period, float(schedules.phase[row]))
    place = int(schedules.row[row])
    if kind == MONTHLY:
        return _write_month_day(place)
    chosen = [_name(number) for number in range(7) if place >> number & 1]
    if place == 0b11111:
        return "Monday to Friday"
    return f"every {', '.join(chosen[:-1])} and {chosen[-1]}"


def _write_period(period: float, phase: float) -> str:
    if period != round(period):
        return f"about every {period:.1f} days"
    weeks, rest = divmod(round(period), 7)
    if rest or not 1 <= weeks <= len(ORDINALS):
        return f"every {round(period)} days"
    weekday = _name((round(phase) + FIRST_WEEKDAY) % 7)
    return f"every {weekday}" if weeks == 1 else f"every {ORDINALS[weeks - 1]} {weekday}"


def _write_month_day(place: int) -> str:
    if place < MONTH_END:
        return f"day {place + 1} of each month"
    if place < NTH_WEEKDAY:
        before = place - MONTH_END
        if before == 0:
            return "the last day of each month"
        return f"{before} {'day' if before == 1 else 'days'} before the last day of each month"
    if place < LAST_WEEKDAY:
        nth, weekday = divmod(place - NTH_WEEKDAY, 7)
        return f"the {ORDINALS[nth]} {_name(weekday)} of each month"
    return f"the last {_name(place - LAST_WEEKDAY)} of each month"


def _name(weekday: int) -> str:
    return tuple(WEEKDAY_NAMES)[weekday].capitalize()
