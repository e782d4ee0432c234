"""Weekly samples of a small simulated workspace, for the tests of the base models and rolling origins."""

from functools import cache

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import (
    OccurrenceHistory,
    build_history,
    select_eligible_pairs,
    to_milliseconds,
)
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import load_pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.samples import (
    OriginPairs,
    SampleOptions,
    Samples,
    build_samples,
)
from tests.support.recurring_failures import AS_OF, workspace

NOW = to_milliseconds(AS_OF)
WINDOWS = (7, 30)


@cache
def small_history(patterns: int = 30, seed: int = 1) -> OccurrenceHistory:
    """Half a year and more of failures of some patterns."""
    return build_history(workspace(patterns, seed=seed), reference_time=AS_OF)


@cache
def weekly_samples(patterns: int = 30, weeks: int = 30, seed: int = 1) -> Samples:
    """A sample for each pattern, week and window up to AS_OF."""
    history = small_history(patterns, seed)
    origins = NOW - np.arange(weeks, -1, -1) * 7 * DAY_MS
    pattern_idx, forecast_origin = select_eligible_pairs(history, origins, active_within_days=np.inf)
    pairs = OriginPairs(pattern_idx, forecast_origin)
    options = SampleOptions(WINDOWS, load_pretrained_prior(), known_until=NOW)
    return build_samples(history, accumulate_gaps(history), pairs, options)
