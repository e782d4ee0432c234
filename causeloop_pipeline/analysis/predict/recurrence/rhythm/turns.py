"""The turns of a found schedule: which were kept, how many were missed since, and which are to come."""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.rhythm.bursts import LocalDays
from causeloop_pipeline.analysis.predict.recurrence.rhythm.evidence import (
    REACH,
    SPREADS,
    FoundSchedules,
    find_kept,
    find_reach,
    spread_kernel,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rows import Rows
from causeloop_pipeline.analysis.predict.recurrence.rhythm.schedules import date_turns, number_past_turns

TURNS_AHEAD = 160  # of a daily one: 90 days, and 70 that may have been missed
NEARLY_PAST = 0.98
FORGETTING = 0.97  # a turn counts less the longer ago it was
HALF_LIFE = 180.0  # days, of what comes off the beat


@dataclass(frozen=True)
class Turns(Rows):
    """The turns of schedules, a row each; days as of LocalDays.

    kept_count, count: kept turns and all of them, up to the last kept one. kept_weight: the kept
    ones, of which older ones count less. other, seen: days off the beat and days observed, decayed with a
    half-life.
    passed: how many turns after the last kept one have passed until the origin, in parts where one is open.
    due: how many more will have passed at the end of each window (rows x windows). missed: how many have
    wholly passed. ahead: days of the turns after the last kept one, rows x TURNS_AHEAD.
    """

    kept_count: Ints
    kept_weight: Floats
    count: Ints
    other: Floats
    seen: Floats
    passed: Floats
    due: Floats
    missed: Ints
    ahead: Ints


def follow_turns(likeliest: FoundSchedules, days: LocalDays, now: Floats, windows: tuple[int, ...]) -> Turns:
    """Follow the turns of schedules to the origin and beyond.

    In: the schedules; the local days, whose `now` is the end of what was observed; the origins on the same
    count; windows in days. Out: Turns.
    """
    number, after = number_past_turns(likeliest.schedules, days.day, days.is_day)
    reach = find_reach(likeliest.schedules, likeliest.spread)
    is_kept = find_kept(number, after, days, reach) & (number >= likeliest.first[:, None])
    ahead = date_turns(likeliest.schedules, likeliest.last[:, None] + np.arange(1, TURNS_AHEAD + 1))
    begun = _share_of_turns(likeliest, ahead, now)
    due = np.stack([_share_of_turns(likeliest, ahead, now + window) - begun for window in windows], axis=1)
    passed = _share_of_turns(likeliest, ahead, days.now)
    weight = np.where(is_kept, FORGETTING ** np.where(is_kept, likeliest.last[:, None] - number, 0), 0.0)
    return Turns(
        is_kept.sum(axis=1),
        weight.sum(axis=1),
        likeliest.last - likeliest.first + 1,
        *_decay_other_days(days, days.is_day & ~is_kept),
        passed,
        due,
        np.floor(passed + 1 - NEARLY_PAST).astype(np.int64),
        ahead,
    )


def _decay_other_days(days: LocalDays, is_other: Bools) -> tuple[Floats, Floats]:
    """How many days off the beat there were, and for how many days they were looked for."""
    age = np.maximum(days.now[:, None] - days.day - 0.5, 0.0)
    other = np.where(is_other, np.exp2(-age / HALF_LIFE), 0.0).sum(axis=1)
    oldest = np.where(days.is_day, age, 0.0).max(axis=1)
    return other, HALF_LIFE / np.log(2.0) * -np.expm1(-np.log(2.0) * oldest / HALF_LIFE)


def pass_usual_hour(day: Ints | Floats, at: Floats, hour_reach: Floats) -> Floats:
    """Which share of the time around a day's usual hour has passed.

    In: days (noon is the usual hour), instants and the reach of the hour, of shapes that fit. Out: shares.
    """
    share: Floats = np.clip((at - day - 0.5 + hour_reach) / (2 * hour_reach), 0.0, 1.0)
    return share


def _share_of_turns(likeliest: FoundSchedules, ahead: Ints, at: Floats) -> Floats:
    """How many turns have passed by an instant, in parts where one is open."""
    total = np.zeros(len(ahead))
    reach_of = find_reach(likeliest.schedules, likeliest.spread)
    for spread in range(len(SPREADS)):
        rows = likeliest.spread == spread
        if not rows.any():
            continue
        for offset, chance in zip(
            range(-REACH[spread], REACH[spread] + 1), spread_kernel(spread), strict=True
        ):
            used = np.where(reach_of[rows] > 0, offset, 0)[:, None]
            hour = likeliest.hour_reach[rows, None]
            share = pass_usual_hour(ahead[rows] + used, at[rows, None], hour)
            total[rows] += chance * share.sum(axis=1)
    return total
