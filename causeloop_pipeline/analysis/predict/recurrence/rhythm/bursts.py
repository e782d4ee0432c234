"""Bursts: events that follow one another within half a day, as one; in the workspace's time."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rows import Rows

MAX_PAUSE_MS = DAY_MS // 2
MIN_BURSTS = 5
MIN_MEAN_GAP = 0.7  # days
SURE_OF_THE_HOUR = 0.03  # days, of the circular standard deviation


@dataclass(frozen=True)
class Bursts:
    """The bursts of all patterns, by pattern and time.

    at: the first instant of each, in local ms. lasted: ms until its last event. first: where each pattern
    begins, and the end. before_event: how many bursts have begun by each event, itself included.
    """

    at: Ints
    lasted: Ints
    first: Ints
    before_event: Ints


@dataclass(frozen=True)
class LocalDays(Rows):
    """The latest bursts of rows in local days, the usual hour at noon; oldest first.

    day: rows x places; is_there: which places hold one; is_day: which hold one for the first time. shift:
    local ms that became midnight. hour_spread: the circular standard deviation of the time of day, in days.
    now: the forecast origin, days on the same count.
    """

    day: Ints
    is_there: Bools
    is_day: Bools
    shift: Floats
    hour_spread: Floats
    now: Floats


def convert_to_local(at: Ints, timezone: str) -> Ints:
    """Convert instants to local time.

    In: UTC ms, a time zone. Out: ms that read as the local time.
    """
    if timezone == "UTC":
        return at
    instants = pl.Series(at, dtype=pl.Int64).cast(pl.Datetime("ms", "UTC"))
    local = instants.dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    return local.cast(pl.Int64).to_numpy().astype(np.int64)


def collect_bursts(history: OccurrenceHistory) -> Bursts:
    """Collect the bursts of every pattern.

    In: the history. Out: Bursts.
    """
    pattern_idx, at = history.events.pattern_idx, history.real_at
    begins = np.ones(len(at), bool)
    begins[1:] = (pattern_idx[1:] != pattern_idx[:-1]) | (np.diff(at) >= MAX_PAUSE_MS)
    begun = np.concatenate([[0], np.cumsum(begins)])
    ends = np.roll(begins, -1)
    local = convert_to_local(at[begins], history.timezone)
    return Bursts(local, at[ends] - at[begins], begun[history.events.first], begun[1:])


def read_local_days(bursts: Bursts, last: Ints, count: Ints, now: Ints, places: int) -> LocalDays:
    """Read the latest bursts of each row.

    In: the bursts; per row the place after its last one, how many it has, and its forecast origin (local ms);
    how many at most. Out: LocalDays.
    """
    back = np.arange(places, 0, -1)
    is_there = back <= count[:, None]
    at = bursts.at[np.maximum(last[:, None] - back, 0)]
    angle = at % DAY_MS * (2 * np.pi / DAY_MS)
    used = np.maximum(is_there.sum(axis=1), 1)
    east, north = (
        np.where(is_there, part, 0.0).sum(axis=1) / used for part in (np.cos(angle), np.sin(angle))
    )
    usual = np.arctan2(north, east) / (2 * np.pi) % 1 * DAY_MS
    length = np.clip(np.hypot(east, north), 1e-9, 1.0)
    shift = usual - DAY_MS / 2
    day = np.floor((at - shift[:, None]) / DAY_MS).astype(np.int64)
    is_day = is_there.copy()
    is_day[:, 1:] &= ~is_there[:, :-1] | (day[:, 1:] != day[:, :-1])
    spread = np.sqrt(np.maximum(-2 * np.log(length), 0.0)) / (2 * np.pi)
    return LocalDays(day, is_there, is_day, shift, spread, (now - shift) / DAY_MS)


def select_testable(bursts: Bursts, pattern_idx: Ints, last: Ints) -> Bools:
    """Select the rows with enough bursts, which are not too frequent for a rhythm of days.

    In: the bursts; per row its pattern and the place after its last burst. Out: a boolean per row.
    """
    first = bursts.first[pattern_idx]
    count = last - first
    at = np.append(bursts.at, 0)  # no burst has a place of its own
    span = at[last - 1] - at[first]
    is_testable: Bools = (count >= MIN_BURSTS) & (span >= MIN_MEAN_GAP * DAY_MS * (count - 1))
    return is_testable


def outlast_bursts(bursts: Bursts, last: Ints, count: Ints, elapsed: Ints, places: int) -> Floats:
    """Tell which share of the earlier bursts lasted longer than the latest one has until now.

    In: the bursts; per row the place after its last one, how many it has, ms since the last one began; how
    many are looked at. Out: a share per row.
    """
    back = np.arange(2, places + 1)
    is_there = back <= count[:, None]
    lasted = bursts.lasted[np.maximum(last[:, None] - back, 0)]
    longer = (is_there & (lasted > elapsed[:, None])).sum(axis=1)
    share: Floats = longer / np.maximum(is_there.sum(axis=1), 1)
    return share
