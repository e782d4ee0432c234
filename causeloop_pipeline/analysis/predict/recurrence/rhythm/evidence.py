"""How much more probable the days of a pattern are under a schedule than at a steady rate, and the best one.

A turn is kept or not (Beta-Bernoulli), a kept turn lies some days from its own (a discretised normal), and
all other days come at a steady rate (Gamma-Poisson). Everything is a closed form, so that any number of rows
is tested at once.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betaln, ndtr

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.rhythm.bursts import SURE_OF_THE_HOUR, LocalDays
from causeloop_pipeline.analysis.predict.recurrence.rhythm.candidates import Candidate, list_candidates
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rows import Rows
from causeloop_pipeline.analysis.predict.recurrence.rhythm.schedules import (
    FOLLOWING,
    WEEKDAYS,
    Schedules,
    number_turns,
)

SPREADS = (0.2, 0.5, 1.0)
"""Standard deviations of the days from a turn; wider ones are never sure enough."""
REACH = (1, 1, 2)
"""How many days from a turn still belong to it."""
LAG = (0, 1, 2)
"""After how many days a turn has hardly any chance left."""
LOG_PRIOR_OF_SPREAD = -np.log(5.0)
WITHIN = 0.97  # of a kept turn: by the normal; the rest evenly over its days
KEEPING = 3.0, 1.0  # Beta prior of keeping a turn
EVENTS, DAYS = 0.5, 5.0  # Gamma prior of the steady rate
MIN_KEPT = 4
MIN_PERIOD_OF_SLOTS = 4.0  # a shorter one has turns of one day
PLACES_LATELY = 16
LOG_PRIOR_LATELY = -np.log(4.0)
HOUR_REACH = (0.05, 0.5)  # days around the usual hour
BONUS_OF_THE_HOUR = 3.0


@dataclass(frozen=True)
class FoundSchedules(Rows):
    """The likeliest schedule of each row, as arrays of equal length.

    evidence: log Bayes factor of any schedule against none (-inf without one). spread: number of SPREADS.
    shift: local ms that became midnight. hour_reach: days around the usual hour. first, last: number of the
    first turn and of the last kept long_look. is_lately: found among the latest bursts only.
    """

    schedules: Schedules
    evidence: Floats
    score: Floats
    spread: Ints
    shift: Floats
    hour_reach: Floats
    first: Ints
    last: Ints
    is_lately: Bools


def spread_kernel(spread: int) -> Floats:
    """The chance of each offset of a kept turn, from -REACH to REACH days."""
    reach, width = REACH[spread], SPREADS[spread]
    edges = np.arange(-reach, reach + 2) - 0.5
    normal = np.diff(ndtr(edges / width))
    kernel: Floats = WITHIN * normal / normal.sum() + (1 - WITHIN) / len(normal)
    return kernel


def find_reach(schedules: Schedules, spread: Ints | int) -> Ints:
    """Find how many days from a turn still belong to it.

    In: schedules, numbers of SPREADS. Out: days, none for weekdays and short periods.
    """
    is_short = (schedules.kind <= FOLLOWING) & (schedules.period < MIN_PERIOD_OF_SLOTS)
    return np.where((schedules.kind == WEEKDAYS) | is_short, 0, np.array(REACH)[spread])


def find_schedules(days: LocalDays, *, is_lately: bool) -> FoundSchedules:
    """Find the likeliest schedule of each row.

    In: local days; whether they are only the latest ones. Out: FoundSchedules.
    """
    size = len(days.day)
    nothing = np.zeros(size, np.int64)
    hour_reach = np.clip(2 * days.hour_spread, *HOUR_REACH)
    lost = np.full(size, -np.inf)
    schedules = Schedules(nothing, np.ones(size), np.zeros(size), nothing)
    best = FoundSchedules(
        schedules, lost, lost, nothing, days.shift, hour_reach, nothing, nothing, np.full(size, is_lately)
    )
    span = _Span.read(days)
    for candidate in list_candidates(days):
        now = _number_now(candidate, days, hour_reach)
        for spread in range(len(SPREADS)):
            likeliest = _weigh(candidate, spread, days, span, now)
            best = _keep_better(best, *likeliest, candidate, spread)
    bonus = np.where(days.hour_spread < SURE_OF_THE_HOUR, BONUS_OF_THE_HOUR, 0.0)
    if is_lately:
        bonus = bonus + LOG_PRIOR_LATELY
    return replace(best, evidence=best.evidence + bonus, score=best.score + bonus)


def choose_better(long_look: FoundSchedules, short_look: FoundSchedules) -> FoundSchedules:
    """Choose between two looks at the same rows: the likelier schedule, with the evidence of both."""
    chosen = long_look.choose(short_look, short_look.score > long_look.score)
    return replace(chosen, evidence=np.logaddexp(long_look.evidence, short_look.evidence))


@dataclass(frozen=True)
class _Span:
    """Per row: the days that were seen, how many are active, and their log chance at a steady rate."""

    days: Floats
    active: Ints
    rate_evidence: Floats

    @classmethod
    def read(cls, days: LocalDays) -> "_Span":
        """The span from the first active day to the origin."""
        first = np.where(days.is_day, days.day, np.iinfo(np.int64).max).min(axis=1)
        active = days.is_day.sum(axis=1)
        seen = np.maximum(np.ceil(days.now) - first, active + 1.0)
        return cls(seen, active, _rate_evidence(active, seen - active))


def _number_now(candidate: Candidate, days: LocalDays, hour_reach: Floats) -> tuple[Ints, Floats]:
    """The number of the turn nearest to the origin, and for how many days its usual hour has been over."""
    today = np.floor(days.now).astype(np.int64)
    number, after = number_turns(candidate.schedules, today[:, None])
    return number[:, 0], after[:, 0] + (days.now - today) - 0.5 - hour_reach


def _weigh(
    candidate: Candidate, spread: int, days: LocalDays, span: _Span, now: tuple[Ints, Floats]
) -> tuple[Floats, Ints, Ints]:
    """The log Bayes factor of a candidate with its prior, and the numbers of its first and last kept turn."""
    schedules, reach = candidate.schedules, REACH[spread]
    reach_of = find_reach(schedules, spread)
    is_narrow = reach_of == 0
    fits = (schedules.kind > FOLLOWING) | (2 * reach + 1 <= schedules.period)
    is_possible = (is_narrow if spread == 0 else False) | (fits & ~is_narrow)
    is_possible &= np.isfinite(candidate.log_prior)
    is_kept = find_kept(candidate.number, candidate.after, days, reach_of)
    kept_count = is_kept.sum(axis=1)

    last = np.where(is_kept, candidate.number, np.iinfo(np.int64).min).max(axis=1)
    first = _number_first(candidate, days, reach_of)
    past = now[0] - (now[1] < LAG[spread])
    turns = np.maximum(np.maximum(last, past) - first + 1, kept_count).astype(float)
    other = span.active - kept_count
    log_factor = (
        betaln(KEEPING[0] + kept_count, KEEPING[1] + turns - kept_count)
        - betaln(*KEEPING)
        + _rate_evidence(other, np.maximum(span.days - turns, other + 1.0))
        - span.rate_evidence
        + candidate.log_prior
        + LOG_PRIOR_OF_SPREAD
    )
    log_factor = np.where(is_possible & (kept_count >= MIN_KEPT), log_factor, -np.inf)
    rows = np.flatnonzero(log_factor > 0)  # the days from the turns can only take from it
    kernel = np.log(spread_kernel(spread))
    offsets = kernel[np.clip(candidate.after[rows], -reach, reach) + reach] * is_kept[rows]
    log_factor[rows] += np.where(is_narrow[rows], 0.0, offsets.sum(axis=1))
    return log_factor, first, last


def find_kept(number: Ints, after: Ints, days: LocalDays, reach: Ints) -> Bools:
    """Find the days that keep a turn: the first ones within its reach.

    In: turns of the days and the days after them (rows x places), the days, the reach of each row. Out: rows
    x places.
    """
    in_slot = days.is_there & (np.abs(after) <= reach[:, None])
    is_kept = in_slot & days.is_day
    is_kept[:, 1:] &= ~in_slot[:, :-1] | (number[:, 1:] != number[:, :-1])
    return is_kept


def _number_first(candidate: Candidate, days: LocalDays, reach: Ints) -> Ints:
    """The number of the first turn of which anything was seen."""
    place = days.is_day.argmax(axis=1)[:, None]
    number = np.take_along_axis(candidate.number, place, axis=1)[:, 0]
    after = np.take_along_axis(candidate.after, place, axis=1)[:, 0]
    return number + (after > reach)


def _rate_evidence(active: Ints | Floats, quiet: Floats) -> Floats:
    """Log marginal likelihood of active and quiet days at a steady rate."""
    result: Floats = betaln(EVENTS + active, DAYS + np.maximum(quiet, 0.0)) - betaln(EVENTS, DAYS)
    return result


def _keep_better(
    best: FoundSchedules, score: Floats, first: Ints, last: Ints, candidate: Candidate, spread: int
) -> FoundSchedules:
    is_better = score > best.score
    if not is_better.any():
        return replace(best, evidence=np.logaddexp(best.evidence, score))
    return replace(
        best,
        schedules=best.schedules.choose(candidate.schedules, is_better),
        evidence=np.logaddexp(best.evidence, score),
        score=np.where(is_better, score, best.score),
        spread=np.where(is_better, spread, best.spread),
        first=np.where(is_better, first, best.first),
        last=np.where(is_better, last, best.last),
    )
