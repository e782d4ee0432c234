"""Says in words which turns patterns keep, and dates and draws the next ones."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Ints
from causeloop_pipeline.analysis.predict.prophet.batch import INTERVAL_80
from causeloop_pipeline.analysis.predict.prophet.curves import ForecastCurves
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory
from causeloop_pipeline.analysis.predict.recurrence.rhythm.evidence import FoundSchedules
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rhythm import FoundRhythms
from causeloop_pipeline.analysis.predict.recurrence.rhythm.schedules import (
    FIRST_WEEKDAY,
    FOLLOWING,
    LAST_WEEKDAY,
    MONTH_END,
    MONTHLY,
    NTH_WEEKDAY,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.turns import pass_usual_hour
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
    likeliest, turns = rhythms.schedules, rhythms.turns
    following = _find_following(rhythms)
    for row in np.flatnonzero(rhythms.weight >= MIN_WEIGHT).tolist():
        rows[rhythms.pair[row]] = {
            "text": write_schedule(likeliest, row),
            "kept_turns": int(turns.kept_count[row]),
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


def draw_turns(curves: ForecastCurves, rhythms: FoundRhythms, history: OccurrenceHistory) -> ForecastCurves:
    """Draw the forecasts of proven rhythms by their turns.

    In: curves of the history's patterns and, last, of the workspace; rhythms, whose pairs are numbers of the
    patterns; the history. Out: the curves, with 80 % intervals of a day that is active or not.
    """
    rows = np.flatnonzero(rhythms.weight >= MIN_WEIGHT)
    pattern = rhythms.pair[rows]
    begin = (curves.days[0] - EPOCH).days - np.floor(rhythms.now[rows]).astype(np.int64)
    place = np.clip(begin[:, None] + np.arange(len(curves.days)), 0, rhythms.daily.shape[1] - 1)
    chance = np.take_along_axis(rhythms.daily[rows], place, axis=1)
    events, days = (np.diff(index.first)[pattern] for index in (history.events, history.days))
    of_day = (events / np.maximum(days, 1))[:, None]
    spread = INTERVAL_80 * np.sqrt(np.maximum(chance * (1 - chance), 0.0))
    yhat, lower, upper = curves.yhat.copy(), curves.lower.copy(), curves.upper.copy()
    yhat[pattern], upper[pattern] = of_day * chance, of_day * (chance + spread)
    lower[pattern] = of_day * np.maximum(chance - spread, 0.0)
    return replace(curves, yhat=yhat, lower=lower, upper=upper)


def _find_following(rhythms: FoundRhythms) -> Ints:
    """The place of the next turn whose usual hour has not passed."""
    has_passed = pass_usual_hour(
        rhythms.turns.ahead, rhythms.now[:, None], rhythms.schedules.hour_reach[:, None]
    )
    last = rhythms.turns.ahead.shape[1] - 1
    following: Ints = np.minimum((has_passed >= NEARLY_PAST).sum(axis=1), last)
    return following


def write_schedule(likeliest: FoundSchedules, row: int) -> str:
    """Write a schedule in words.

    In: schedules and which of them. Out: such as “every second Tuesday around 09:10”.
    """
    text = _write_days(likeliest, row)
    if likeliest.hour_reach[row] > SURE_HOUR_REACH:
        return text
    minutes = round((float(likeliest.shift[row]) / DAY_MS + 0.5) * 1440) % 1440
    return f"{text} around {minutes // 60:02d}:{minutes % 60:02d}"


def _write_days(likeliest: FoundSchedules, row: int) -> str:
    schedules = likeliest.schedules
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
