"""The probability of a recurrence where a pattern keeps turns, and how far it counts.

Two models foretell the next turns: Prophet given the schedule, and the count of kept turns. Their log odds
decide together, as far as the schedule is proven; everywhere else nothing changes.
"""

from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit, logit
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory
from causeloop_pipeline.analysis.predict.recurrence.rhythm.bursts import (
    MAX_PAUSE_MS,
    Bursts,
    LocalDays,
    collect_bursts,
    convert_to_local,
    outlast_bursts,
    read_local_days,
    select_testable,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.evidence import (
    PLACES_LATELY,
    FoundSchedules,
    choose_better,
    find_schedules,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.prophet_turns import (
    combine_with_alive,
    predict_turn_days,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rows import Rows
from causeloop_pipeline.analysis.predict.recurrence.rhythm.turn_survival import count_on_turns
from causeloop_pipeline.analysis.predict.recurrence.rhythm.turns import Turns, follow_turns
from causeloop_pipeline.model.recommendation import HORIZON_DAYS

PLACES = 60
ROWS_AT_ONCE = 8_192
MIN_EVIDENCE = 7.0
CENTRE, SCALE = 10.0, 1.5  # the evidence that counts half, and how fast it comes to count
WIDE_PENALTY, MISSED_PENALTY, MANY_MISSED = 8.0, 4.0, 3
WIDE = 2  # of SPREADS
MIN_PROBABILITY, MAX_PROBABILITY = 0.002, 0.998


@dataclass(frozen=True)
class FoundRhythms(Rows):
    """The rhythms of pairs (pattern, origin), of those that have one.

    pair: which of the pairs. now: the origin, in days on the count of schedules and turns. by_prophet,
    by_count: log odds of an event, rows x windows. hazard: of each of the next turns. expected: kept turns
    within 90 days. daily: the chance of each coming day, today first (rows x days). weight: how far the log
    odds count.
    """

    pair: Ints
    schedules: FoundSchedules
    turns: Turns
    now: Floats
    by_prophet: Floats
    by_count: Floats
    hazard: Floats
    expected: Floats
    daily: Floats
    weight: Floats

    @property
    def log_odds(self) -> Floats:
        """Both forecasts together."""
        return 0.5 * (self.by_prophet + self.by_count)


@dataclass(frozen=True)
class _Pairs(Rows):
    """Pairs as their bursts are read: the place after the last burst, how many there are, when the pair's
    pattern was observed last, the forecast origin and the last event (local ms).
    """

    pair: Ints
    last: Ints
    count: Ints
    observed: Ints
    now: Ints
    latest: Ints


def find_rhythms(
    history: OccurrenceHistory, pattern_idx: Ints, forecast_origin: Ints, windows: tuple[int, ...]
) -> FoundRhythms:
    """Find which patterns keep turns at their forecast origins, and foretell the next ones.

    In: the history, pattern numbers, origins (ms), windows in days. Out: FoundRhythms, of the pairs whose
    evidence is worth any weight.
    """
    bursts = collect_bursts(history)
    pairs = _read_pairs(history, bursts, pattern_idx, forecast_origin)
    starts = range(0, max(len(pairs.pair), 1), ROWS_AT_ONCE)
    parts = [pairs.take(slice(start, start + ROWS_AT_ONCE)) for start in starts]
    return FoundRhythms.concat([_find_in(bursts, part, windows) for part in parts])


def blend_rhythm(log_odds: Floats, rhythm: Floats, weight: Floats) -> Floats:
    """Let rhythms decide as far as they are proven.

    In: calibrated log odds; those of the rhythm and its weight, 0 without one. Out: probabilities.
    """
    decided = np.clip(expit(rhythm), MIN_PROBABILITY, MAX_PROBABILITY)
    result: Floats = weight * decided + (1 - weight) * expit(log_odds)
    return result


def _read_pairs(
    history: OccurrenceHistory, bursts: Bursts, pattern_idx: Ints, forecast_origin: Ints
) -> _Pairs:
    position = history.events.position_before(pattern_idx, forecast_origin) - 1
    last = np.where(position >= 0, np.append(bursts.before_event, 0)[position], 0)
    rows = np.flatnonzero(select_testable(bursts, pattern_idx, last))
    position, origin = position[rows], forecast_origin[rows]
    unobserved = history.events.at[position] - history.real_at[position]
    observed = origin - unobserved
    now = np.where(origin >= history.reference_time, origin, observed)
    local = (convert_to_local(at, history.timezone) for at in (observed, now, history.real_at[position]))
    return _Pairs(rows, last[rows], last[rows] - bursts.first[pattern_idx[rows]], *local)


def _find_in(bursts: Bursts, pairs: _Pairs, windows: tuple[int, ...]) -> FoundRhythms:
    looks = [
        read_local_days(bursts, pairs.last, pairs.count, pairs.observed, places)
        for places in (PLACES, PLACES_LATELY)
    ]
    likeliest = choose_better(*(find_schedules(days, is_lately=bool(k)) for k, days in enumerate(looks)))
    rows = np.flatnonzero(likeliest.evidence >= MIN_EVIDENCE)
    likeliest, pairs = likeliest.take(rows), pairs.take(rows)
    parts = []
    for is_lately, days in enumerate(looks):
        which = np.flatnonzero(likeliest.is_lately == is_lately)
        parts.append(
            _foretell(bursts, pairs.take(which), likeliest.take(which), days.take(rows[which]), windows)
        )
    return FoundRhythms.concat(parts)


def _foretell(
    bursts: Bursts, pairs: _Pairs, likeliest: FoundSchedules, days: LocalDays, windows: tuple[int, ...]
) -> FoundRhythms:
    now = (pairs.now - days.shift) / DAY_MS
    turns = follow_turns(likeliest, days, now, windows)
    survival = count_on_turns(turns, windows)
    expected = predict_turn_days(likeliest, days, now, windows)
    expected_turns = survival.expected[:, -1] * HORIZON_DAYS / max(windows)
    goes_on = _go_on(bursts, pairs)[:, None]
    by_count = survival.log_none + goes_on
    by_prophet = combine_with_alive(expected, turns, survival.alive) + goes_on
    penalty = WIDE_PENALTY * (likeliest.spread >= WIDE) + MISSED_PENALTY * (turns.missed >= MANY_MISSED)
    weight = expit((likeliest.evidence - CENTRE - penalty) / SCALE)
    return FoundRhythms(
        pairs.pair,
        likeliest,
        turns,
        now,
        by_prophet=logit(-np.expm1(by_prophet)),
        by_count=logit(-np.expm1(by_count)),
        hazard=survival.hazard,
        expected=expected_turns,
        daily=expected.daily * survival.alive[:, None],
        weight=weight,
    )


def _go_on(bursts: Bursts, pairs: _Pairs) -> Floats:
    """Log chance that a burst that is on has no further event."""
    elapsed = pairs.now - bursts.at[pairs.last - 1]
    longer = outlast_bursts(bursts, pairs.last, pairs.count, elapsed, PLACES)
    is_on = pairs.now - pairs.latest < MAX_PAUSE_MS
    return np.log1p(-np.where(is_on, np.minimum(longer, 0.98), 0.0))
