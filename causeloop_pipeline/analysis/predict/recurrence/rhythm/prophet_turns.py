"""Prophet's forecast of the turns to come, given the found schedule.

Each day of a turn is a holiday of Prophet's beside flat growth and the weekly terms, with its own prior: one
column a day. The posterior mode is exact, and solved for all rows at once.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.prophet.batch import (
    LEVEL_PRIOR_SCALE,
    SEASONAL_PRIOR_SCALE,
    build_weekly_design,
    fit_whitened,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.bursts import LocalDays
from causeloop_pipeline.analysis.predict.recurrence.rhythm.evidence import REACH, FoundSchedules, find_reach
from causeloop_pipeline.analysis.predict.recurrence.rhythm.schedules import FOLLOWING, number_turns
from causeloop_pipeline.analysis.predict.recurrence.rhythm.turns import Turns, pass_usual_hour

MAX_DAYS_BACK = 730
MIN_ACTIVE, MAX_ACTIVE = 0.0005, 0.98
MIN_DISPERSION, MAX_DISPERSION = 0.02, 0.999
MIN_NONE = 1e-6
ROWS_AT_ONCE = 256
OFFSETS = np.arange(-max(REACH), max(REACH) + 1)


@dataclass(frozen=True)
class ExpectedDays:
    """Active days that Prophet expects in each window: on turns, and on all other days (rows x windows).

    daily: the chance of each coming day, today first (rows x days).
    """

    on_turns: Floats
    elsewhere: Floats
    daily: Floats


def predict_turn_days(
    likeliest: FoundSchedules, days: LocalDays, now: Floats, windows: tuple[int, ...]
) -> ExpectedDays:
    """Forecast the active days of each window.

    In: schedules; local days, whose `now` is the end of what was observed; the origins on the same count;
    windows in days. Out: ExpectedDays.
    """
    size = len(now)
    on_turns, elsewhere = np.zeros((size, len(windows))), np.zeros((size, len(windows)))
    daily = np.zeros((size, max(windows) + 1))
    for start in range(0, size, ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, size))
        part = _forecast(likeliest.take(rows), days.take(rows), now[rows], windows)
        on_turns[rows], elsewhere[rows], daily[rows] = part
    return ExpectedDays(on_turns, elsewhere, daily)


def combine_with_alive(expected: ExpectedDays, turns: Turns, alive: Floats) -> Floats:
    """Log chance that nothing comes in a window.

    In: what Prophet expects, the turns, the chance that the pattern has not ended (Prophet itself never
    notices an end). Out: rows x windows. Kept turns are more regular than a Poisson count of the same mean:
    their dispersion is that of the turns so far.
    """
    count = (turns.count + turns.missed).astype(float)
    share = np.clip(turns.kept_count / np.maximum(count, 1.0), 0.0, 1.0)
    dispersion = (count * (1 - share) + 0.5) / (count + 0.5)
    dispersion = np.clip(dispersion, MIN_DISPERSION, MAX_DISPERSION)[:, None]
    none_kept = dispersion ** (expected.on_turns / (1 - dispersion))
    none = 1 - alive[:, None] * (1 - none_kept)
    result: Floats = np.log(np.maximum(none, MIN_NONE)) - expected.elsewhere
    return result


def _forecast(
    likeliest: FoundSchedules, days: LocalDays, now: Floats, windows: tuple[int, ...]
) -> tuple[Floats, Floats, Floats]:
    first = np.where(days.is_day, days.day, np.iinfo(np.int64).max).min(axis=1)
    end = np.floor(days.now).astype(np.int64)
    first = np.maximum(first, end - MAX_DAYS_BACK)
    past = first[:, None] + np.arange(int((end - first).max(initial=0)))
    is_past = past < end[:, None]
    active = _mark_active(past, is_past, days)
    design = _build_design(past, _offset_of_turns(likeliest, past, active)) * is_past[:, :, None]
    theta = _fit(design, active.astype(float), is_past.sum(axis=1))

    today = np.floor(now).astype(np.int64)
    ahead = today[:, None] + np.arange(max(windows) + 1)
    number, after = number_turns(likeliest.schedules, ahead)
    reach = find_reach(likeliest.schedules, likeliest.spread)[:, None]
    is_turn = np.abs(after) <= reach
    offset = np.where(is_turn, after, OFFSETS[-1] + 1)
    rate = np.einsum("ndk,nk->nd", _build_design(ahead, offset), theta)
    rate = np.clip(rate, MIN_ACTIVE, MAX_ACTIVE)
    rate = np.where(is_turn & (number <= likeliest.last[:, None]), 0.0, rate)
    hour = likeliest.hour_reach[:, None]
    begun = pass_usual_hour(ahead, now[:, None], hour)
    shares = [pass_usual_hour(ahead, now[:, None] + window, hour) - begun for window in windows]
    return (
        np.stack([(rate * share * is_turn).sum(axis=1) for share in shares], axis=1),
        np.stack([(rate * share * ~is_turn).sum(axis=1) for share in shares], axis=1),
        rate,
    )


def _mark_active(past: Ints, is_past: Bools, days: LocalDays) -> Bools:
    place = days.day - past[:, :1]
    is_inside = days.is_day & (place >= 0) & (place < past.shape[1])
    active = np.zeros(past.shape, bool)
    rows = np.broadcast_to(np.arange(len(past))[:, None], place.shape)
    active[rows[is_inside], place[is_inside]] = True
    return active & is_past


def _offset_of_turns(likeliest: FoundSchedules, past: Ints, active: Bools) -> Ints:
    """How many days after a turn each day is, where it belongs to one; else more than any reach."""
    _, after = number_turns(likeliest.schedules, past)
    rows = likeliest.schedules.kind == FOLLOWING
    if rows.any():
        place = np.where(active[rows], np.arange(past.shape[1]), -1)
        before = np.full_like(place, -1)
        before[:, 1:] = np.maximum.accumulate(place, axis=1)[:, :-1]
        gap = np.where(before >= 0, np.arange(past.shape[1]) - before, 0)
        period = likeliest.schedules.period[rows, None]
        turns = np.maximum(np.rint(gap / period), 1.0)
        since = gap - np.rint(turns * period).astype(np.int64)
        after[rows] = np.where(active[rows] & (before < 0), 0, since)
    reach = find_reach(likeliest.schedules, likeliest.spread)[:, None]
    return np.where(np.abs(after) <= reach, after, OFFSETS[-1] + 1)


def _build_design(day: Ints, offset: Ints) -> Floats:
    """Level and weekly terms, and a column for each day of a turn: rows x days x columns."""
    week = build_weekly_design(2).week
    return np.concatenate([week[day % 7], offset[:, :, None] == OFFSETS], axis=2)


def _fit(design: Floats, active: Floats, length: Ints) -> Floats:
    """The posterior mode of Prophet's coefficients for each row."""
    scale = np.full(design.shape[2], SEASONAL_PRIOR_SCALE)
    scale[0] = LEVEL_PRIOR_SCALE
    whitened = design * scale
    eigen, vectors = np.linalg.eigh(whitened.transpose(0, 2, 1) @ whitened)
    projected = np.einsum("ndk,nd->nk", whitened, active)
    correlation = np.einsum("nkj,nk->nj", vectors, projected)
    fit = fit_whitened(np.maximum(eigen, 0.0), correlation, active.sum(axis=1), np.maximum(length, 1))
    theta: Floats = np.einsum("nkj,nj->nk", vectors, fit.whitened) * scale
    return theta
