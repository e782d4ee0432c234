"""Whether the next turns are kept, from how many were: the beta-geometric/beta-Bernoulli model.

A pattern keeps each turn with a chance of its own, and may end after any. Source: Fader, Hardie & Shang,
"Customer-base analysis in a discrete-time noncontractual setting" (2010).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.rhythm.turns import FORGETTING, TURNS_AHEAD, Turns

KEEPING = 3.0, 0.3  # Beta prior of the chance that a turn is kept
ENDING = 0.5, 8.0  # Beta prior of the chance that the pattern ends before a turn
OFF_BEAT_EVENTS, OFF_BEAT_DAYS = 0.3, 30.0
TURNS_FORETOLD = 40


@dataclass(frozen=True)
class TurnSurvival:
    """log_none: log chance that no turn of each window is kept, and nothing comes off the beat (rows x
    windows). alive: chance that the pattern has not ended. hazard: of each of the next turns, the one that
    is open first (rows x TURNS_FORETOLD). expected: kept turns of each window (rows x windows).
    """

    log_none: Floats
    alive: Floats
    hazard: Floats
    expected: Floats


def count_on_turns(turns: Turns, windows: tuple[int, ...]) -> TurnSurvival:
    """Foretell the turns of each window from those kept and missed.

    In: the turns, windows in days. Out: TurnSurvival.
    """
    survival, alive = _survive(turns)
    before = _interpolate(survival, turns.passed)
    log_none = np.stack([_interpolate(survival, turns.passed + due) - before for due in turns.due.T], axis=1)
    still = np.minimum(np.exp(_interpolate(alive, turns.passed) - before), 1.0)
    rate = np.log1p(np.array(windows) / (OFF_BEAT_DAYS + turns.seen)[:, None])
    ends = np.floor(turns.passed)[:, None] + np.arange(1, TURNS_FORETOLD + 1)
    quiet = np.stack([_interpolate(survival, end) for end in ends.T], axis=1)
    hazard = -np.diff(quiet, axis=1, prepend=before[:, None])
    a, b = KEEPING
    keeps = still * (a + turns.kept_weight) / (a + b + _weigh_count(turns))
    log_none -= (OFF_BEAT_EVENTS + turns.other)[:, None] * rate
    return TurnSurvival(log_none, still, hazard, keeps[:, None] * turns.due)


def _survive(turns: Turns) -> tuple[Floats, Floats]:
    """Log likelihood of 0, 1, 2, … missed turns after the last kept one, and of the pattern having survived
    them (rows x turns).
    """
    kept_weight, count_weight = turns.kept_weight, _weigh_count(turns)
    a, b = KEEPING
    ends, lasts = ENDING
    missed = np.arange(TURNS_AHEAD + 1)
    keeping = betaln(a + kept_weight[:, None], b + (count_weight - kept_weight)[:, None] + missed)
    alive = keeping + betaln(ends, lasts + count_weight[:, None] + missed)
    ended = keeping + betaln(ends + 1.0, lasts + count_weight[:, None] + missed)
    total = alive.copy()
    total[:, 1:] = np.logaddexp(alive[:, 1:], np.logaddexp.accumulate(ended, axis=1)[:, :-1])
    return total, alive


def _weigh_count(turns: Turns) -> Floats:
    """How many turns there were, of which older ones count less."""
    result: Floats = np.maximum((1 - FORGETTING**turns.count) / (1 - FORGETTING), turns.kept_weight)
    return result


def _interpolate(log_values: Floats, at: Floats) -> Floats:
    """Log of values that are known at whole numbers, in between on a line."""
    low = np.clip(np.floor(at), 0, TURNS_AHEAD - 1).astype(np.int64)
    share = np.clip(at - low, 0.0, 1.0)
    rows = np.arange(len(at))
    left, right = log_values[rows, low], log_values[rows, low + 1]
    result: Floats = left + np.log((1 - share) + share * np.exp(right - left))
    return result
