"""Rows of a small simulated workspace, weekly, as the tests of learning and walking read them."""

from functools import cache

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.features import running_gaps
from causeloop_pipeline.analysis.predict.recurrence.history import (
    History,
    build_history,
    eligible_pairs,
    milliseconds,
)
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.samples import RecurrenceRows, recurrence_rows
from tests.support.recurring_failures import AS_OF, workspace

NOW = milliseconds(AS_OF)
WINDOWS = (7, 30)


@cache
def small_history(patterns: int = 30, seed: int = 1) -> History:
    """Half a year and more of failures of some patterns."""
    return build_history(workspace(patterns, seed=seed), phase=AS_OF)


@cache
def weekly_rows(patterns: int = 30, weeks: int = 30, seed: int = 1) -> RecurrenceRows:
    """A row for each pattern, week and window up to AS_OF."""
    history = small_history(patterns, seed)
    origins = NOW - np.arange(weeks, -1, -1) * 7 * DAY_MS
    owner, origin = eligible_pairs(history, origins, active_within_days=np.inf)
    return recurrence_rows(
        history,
        running_gaps(history),
        owner,
        origin,
        windows=WINDOWS,
        prior=pretrained_prior(),
        known_until=NOW,
    )
