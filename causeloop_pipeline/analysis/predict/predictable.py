"""Which patterns can be predicted, and why the others cannot."""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.predict.recurrence.history import (
    OccurrenceHistory,
    count_bursts,
    select_eligible_pairs,
)
from causeloop_pipeline.analysis.predict.recurrence.trained_model import MIN_EVENTS

TOO_FEW_EVENTS = "too_few_events"
TOO_LITTLE_HISTORY = "too_little_history"
ONLY_ONE_BURST = "only_one_burst"
MIN_BURSTS = 2
DAYS_TO_KNOW_BURSTS = 60.0  # from then on the workspace's own past shows whether a single burst comes again
MIN_OBSERVED_DAYS = 3.0  # in less no rhythm shows: what failed twice may fail again in an hour or in a year


def select_predictable(history: OccurrenceHistory) -> Ints:
    """Select the patterns with enough events for a prediction, if observation has lasted long enough.

    In: the history. Out: their numbers.
    """
    if history.observed_days < MIN_OBSERVED_DAYS:
        return np.zeros(0, np.int64)
    pattern_idx, _ = select_eligible_pairs(
        history, np.array([history.reference_time]), min_events=MIN_EVENTS, active_within_days=np.inf
    )
    if history.observed_days >= DAYS_TO_KNOW_BURSTS:
        return pattern_idx
    return pattern_idx[count_bursts(history)[pattern_idx] >= MIN_BURSTS]


def list_reasons(history: OccurrenceHistory) -> pl.Series:
    """List why each pattern would have no probability.

    In: the history. Out: `reason`, also of those that have one.
    """
    is_young = history.observed_days < MIN_OBSERVED_DAYS
    otherwise = np.where(is_young, TOO_LITTLE_HISTORY, ONLY_ONE_BURST)
    reasons = np.where(np.diff(history.events.first) < MIN_EVENTS, TOO_FEW_EVENTS, otherwise)
    return pl.Series("reason", reasons, dtype=pl.String)
