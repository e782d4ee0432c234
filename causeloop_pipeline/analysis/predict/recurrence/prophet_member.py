"""Prophet as a base model: the probability that each coming day is active, from flat growth and the weekly
rhythm.

The history is the 0/1 series of active days in whole weeks before the forecast origin. Its weekly design
repeats every seven days, so the exact MAP needs only the active days per weekday: no series is built, and any
number of patterns is solved at once.
"""

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.prophet.batch import build_weekly_design, fit_flat
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import gamma_poisson, logit
from causeloop_pipeline.analysis.predict.recurrence.features import (
    PairState,
)
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    HALF_LIVES,
)
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory

WEEKS = range(2, 27)
RATE_HALF_LIFE = 60.0


def quiet_day_log_probability(history: OccurrenceHistory, state: PairState) -> Floats:
    """Log probability that each of the next seven days stays quiet.

    In: the history and the state of the pairs. Out: pairs x 7, the origin's day first.
    """
    weeks = np.clip(np.ceil(state.age / 7).astype(int), WEEKS[0], WEEKS[-1])
    slots = _count_weekdays(history)
    quiet = np.empty((len(state.pattern_idx), 7))
    for length in WEEKS:
        rows = weeks == length
        if rows.any():
            counts = _recent_weekday_counts(
                history, slots, state.pattern_idx[rows], state.forecast_origin[rows], length
            )
            design = build_weekly_design(length)
            fit = fit_flat(design, counts @ design.week, counts.sum(axis=1))
            active = np.clip(fit.theta @ design.week.T, 0.0005, 0.98)
            quiet[rows] = np.log1p(-active)
    return quiet


def predict_prophet_log_odds(state: PairState, quiet_days: Floats, window: int) -> Floats:
    """Log odds that some day of the window is active.

    In: pairs with their state, `quiet_day_log_probability`, window in days. The expected number of active
    days is the geometric mean of Prophet's and of a Gamma-Poisson rate (half-life 60 d), since Prophet alone
    is too confident of silence. Out: one number per pair.
    """
    whole, rest = divmod(window, 7)
    hazard = -(whole * quiet_days.sum(axis=1) + quiet_days[:, :rest].sum(axis=1))
    decayed = state.decayed[:, HALF_LIVES.index(RATE_HALF_LIFE)]
    poisson = -np.log1p(-np.minimum(gamma_poisson(decayed, state.age, RATE_HALF_LIFE, window), 0.9999))
    return logit(-np.expm1(-np.sqrt(hazard * poisson)))


def _count_weekdays(history: OccurrenceHistory) -> Ints:
    """Running count of active days per day of the week (7 x active days + 1)."""
    slot = (history.days.at - history.reference_time) // DAY_MS % 7
    sums = np.zeros((7, len(slot) + 1), np.int64)
    np.cumsum(slot == np.arange(7)[:, None], axis=1, out=sums[:, 1:])
    return sums


def _recent_weekday_counts(
    history: OccurrenceHistory, slots: Ints, pattern_idx: Ints, forecast_origin: Ints, weeks: int
) -> Floats:
    """Active days per day of the week counted from the origin (column 0: the same weekday as the origin) in
    the last weeks.
    """
    high = history.days.position_before(pattern_idx, forecast_origin)
    low = history.days.position_before(pattern_idx, forecast_origin - weeks * 7 * DAY_MS)
    turn = (forecast_origin - history.reference_time) // DAY_MS
    table = (slots[:, high] - slots[:, low]).T.astype(float)
    order = (turn[:, None] + np.arange(7)) % 7
    counts: Floats = np.take_along_axis(table, order, axis=1)
    return counts
