"""Prophet as a member of the mixture: the chance that each coming day is active, from flat growth and the
weekly rhythm.

The history is the 0/1 series of active days in whole weeks before the origin. Its weekly design repeats every
seven days, so the exact MAP needs only the active days per weekday: no series is built, and any number of
patterns is solved at once.
"""

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.prophet.batch import flat_map, weekly_design
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import gamma_poisson, logit
from causeloop_pipeline.analysis.predict.recurrence.features import HALF_LIVES, PairState
from causeloop_pipeline.analysis.predict.recurrence.history import History

WEEKS = (2, 4, 8, 13, 26)
RATE_HALF_LIFE = 60.0


def silent_days(history: History, state: PairState) -> Floats:
    """Log probability that each of the next seven days stays quiet (pairs x 7, the origin's day first)."""
    weeks = np.clip(np.ceil(state.age / 7).astype(int), WEEKS[0], WEEKS[-1])
    bucket = np.searchsorted(np.array(WEEKS), weeks)
    slots = _running_slots(history)
    silent = np.empty((len(state.owner), 7))
    for number, length in enumerate(WEEKS):
        mine = bucket == number
        if mine.any():
            counts = _weekday_counts(history, slots, state.owner[mine], state.origin[mine], length)
            design = weekly_design(length)
            found = flat_map(design, counts @ design.week, counts.sum(axis=1))
            silent[mine] = np.log1p(-np.clip(found.theta @ design.week.T, 0.0005, 0.98))
    return silent


def prophet_log_odds(state: PairState, silent: Floats, window: int) -> Floats:
    """Log odds that some day of the window is active.

    In: pairs with their state, `silent_days`, window in days. The expected number of active days is the
    geometric mean of Prophet's and of a Gamma-Poisson rate (half-life 60 d), since Prophet alone is too sure
    of silence. Out: one number per pair.
    """
    whole, rest = divmod(window, 7)
    hazard = -(whole * silent.sum(axis=1) + silent[:, :rest].sum(axis=1))
    decayed = state.decayed[:, HALF_LIVES.index(RATE_HALF_LIFE)]
    poisson = -np.log1p(-np.minimum(gamma_poisson(decayed, state.age, RATE_HALF_LIFE, window), 0.9999))
    return logit(-np.expm1(-np.sqrt(hazard * poisson)))


def _running_slots(history: History) -> Ints:
    """Running number of active days per day of the week (7 x active days + 1)."""
    slot = (history.days.at - history.phase) // DAY_MS % 7
    sums = np.zeros((7, len(slot) + 1), np.int64)
    np.cumsum(slot == np.arange(7)[:, None], axis=1, out=sums[:, 1:])
    return sums


def _weekday_counts(history: History, slots: Ints, owner: Ints, origin: Ints, weeks: int) -> Floats:
    """Active days per day of the week counted from the origin (column 0: the same weekday as the origin) in
    the last weeks.
    """
    high = history.days.before(owner, origin)
    low = history.days.before(owner, origin - weeks * 7 * DAY_MS)
    turn = (origin - history.phase) // DAY_MS
    table = (slots[:, high] - slots[:, low]).T.astype(float)
    order = (turn[:, None] + np.arange(7)) % 7
    counts: Floats = np.take_along_axis(table, order, axis=1)
    return counts
