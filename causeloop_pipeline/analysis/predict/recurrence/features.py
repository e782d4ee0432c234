"""Builds the features of a pattern at a forecast origin: recency, rate, clustering, rhythm, and the workspace
around it.

This is the hot path of prediction: nothing here loops over patterns. Gap statistics are running sums kept per
active day, so a pair (pattern, forecast origin) costs a few searches whatever its history.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import gamma_poisson, logit
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    GAP_EDGES,
    HALF_LIVES,
    RunningGaps,
    count_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory

LOOKBACKS = (1, 3, 7, 14, 30, 60, 90, 180, 365)
POISSON_HALF_LIVES = (3.0, 7.0, 15.0, 30.0, 60.0, 120.0)
DECIMALS = 5  # running sums differ in the last bits with their neighbours; no tree may split on that
STATE_NAMES = (
    "log_recency",
    "log_age",
    "log_events",
    "log_days",
    "log_observed",
    *(f"days_{d}" for d in LOOKBACKS),
    "events_7",
    "events_30",
    "events_90",
    "episodes",
    "log_gap_mean",
    "mean_log_gap",
    "gap_cv",
    "log_gap_max",
    "log_gap_last",
    "recency_per_gap",
    "recency_per_longest",
    *(f"decayed_{int(h)}" for h in HALF_LIVES),
    "workspace_trend_7",
    "workspace_trend_30",
    "log_workspace_days_30",
    "sibling_days_7",
    "sibling_days_30",
)
WINDOW_NAMES = (
    "log_window",
    "occupancy",
    "renewal",
    "year_ago",
    "recency_to_window",
    "window_to_gap",
    *(f"logit_poisson_{int(h)}" for h in POISSON_HALF_LIVES),
)
FEATURES = STATE_NAMES + WINDOW_NAMES


@dataclass(frozen=True)
class PairState:
    """The state of (pattern, forecast origin) pairs, whatever the window.

    forecast_origin: ms. columns: pairs x STATE_NAMES. decayed: pairs x HALF_LIVES, decayed counts of active
    days. recency, age: days since the last and since the first event. position: just after the last active
    day before the origin. gap_counts: GAP_EDGES x pairs.
    """

    pattern_idx: Ints
    forecast_origin: Ints
    columns: Floats
    decayed: Floats
    recency: Floats
    age: Floats
    position: Ints
    gap_counts: npt.NDArray[np.int32]


def build_pair_state(
    history: OccurrenceHistory,
    gaps: RunningGaps,
    pattern_idx: Ints,
    forecast_origin: Ints,
    groups: Ints | None = None,
) -> PairState:
    """Build the state of every pair; pairs need at least one earlier event.

    In: the history with its gap sums, pattern numbers, forecast origins (ms), the group of each pattern if
    known. Out: PairState. Source of the feature set: recency-frequency models
    of customer-base analysis (Fader, Hardie & Lee 2005) and renewal statistics of the gaps.
    """
    days, events = history.days, history.events
    position = days.position_before(pattern_idx, forecast_origin)
    last, start = position - 1, days.first[pattern_idx]
    recency = np.maximum((forecast_origin - days.at[last]) / DAY_MS, 0.02)
    last_event = events.position_before(pattern_idx, forecast_origin) - 1
    recency = np.minimum(recency, np.maximum((forecast_origin - events.at[last_event]) / DAY_MS, 0.02))
    age = np.maximum((forecast_origin - days.at[start]) / DAY_MS, 0.02)
    decayed = gaps.decayed[last] * np.exp2(
        -((forecast_origin - days.at[last]) / DAY_MS)[:, None] / np.array(HALF_LIVES)
    )
    columns = [
        np.log(recency),
        np.log(age),
        np.log(last_event + 1.0 - events.first[pattern_idx]),
        np.log(position - start + 0.0),
        np.log(np.maximum((forecast_origin - history.observed_since) / DAY_MS, 1.0)),
        *_lookback_columns(history, pattern_idx, forecast_origin, position, last_event + 1),
        *_gap_columns(gaps, start, last, recency, age),
        *np.log1p(decayed.T),
        *_workspace_columns(history, forecast_origin),
        *_sibling_columns(history, pattern_idx, forecast_origin, groups),
    ]
    return PairState(
        pattern_idx,
        forecast_origin,
        np.column_stack(columns),
        decayed,
        recency,
        age,
        position,
        count_gaps(gaps, start, last),
    )


def _lookback_columns(
    history: OccurrenceHistory, pattern_idx: Ints, forecast_origin: Ints, position: Ints, raw: Ints
) -> list[Floats]:
    counts = [
        np.log1p(position - history.days.position_before(pattern_idx, forecast_origin - d * DAY_MS))
        for d in LOOKBACKS
    ]
    return counts + [
        np.log1p(raw - history.events.position_before(pattern_idx, forecast_origin - d * DAY_MS))
        for d in (7, 30, 90)
    ]


def _gap_columns(gaps: RunningGaps, start: Ints, last: Ints, recency: Floats, age: Floats) -> list[Floats]:
    count = (last - start).astype(float)
    has_no_gap = count == 0
    divisor = np.maximum(count, 1.0)
    mean = np.where(has_no_gap, age, (gaps.total[last] - gaps.total[start]) / divisor)
    variance = np.maximum((gaps.squares[last] - gaps.squares[start]) / divisor - mean**2, 0.0)
    variance = np.where(variance < 1e-9 * mean**2, 0.0, variance)
    mean_log = np.where(has_no_gap, np.log(age), (gaps.logs[last] - gaps.logs[start]) / divisor)
    longest = np.where(has_no_gap, age, gaps.longest[last])
    mean, longest = np.maximum(mean, 0.02), np.maximum(longest, 0.02)
    return [
        np.log(gaps.episodes[last] - gaps.episodes[start] + 1.0),
        np.log(mean),
        mean_log,
        np.where(has_no_gap, 1.0, np.sqrt(variance) / mean),
        np.log(longest),
        np.log(np.where(has_no_gap, age, np.maximum(gaps.gap[last], 0.02))),
        np.clip(np.log(recency) - mean_log, -6, 6),
        np.clip(np.log(recency / longest), -6, 6),
    ]


def _workspace_columns(history: OccurrenceHistory, forecast_origin: Ints) -> list[Floats]:
    """Trend and level of the whole workspace: active days of all patterns in the last 7, 30 and 120 days."""
    at = np.sort(history.days.at) if history.workspace_days is None else history.workspace_days
    moments, inverse = np.unique(forecast_origin, return_inverse=True)
    here = np.searchsorted(at, moments)
    seen = [here - np.searchsorted(at, moments - d * DAY_MS) for d in (7, 30, 120)]
    observed = np.maximum((moments - history.observed_since) / DAY_MS, 1.0)
    rate = [(count + 1.0) / np.minimum(observed, d) for count, d in zip(seen, (7, 30, 120), strict=True)]
    columns = [np.log(rate[0] / rate[2]), np.log(rate[1] / rate[2]), np.log(rate[1])]
    return [column[inverse] for column in columns]


def _sibling_columns(
    history: OccurrenceHistory, pattern_idx: Ints, forecast_origin: Ints, groups: Ints | None
) -> list[Floats]:
    """Recent active days of the patterns of the same group (the same service), the pattern's own left out."""
    if groups is None:
        return [np.zeros(len(pattern_idx)), np.zeros(len(pattern_idx))]
    days = history.days
    group_keys = np.sort(days.keys(groups[days.pattern_idx], days.at))
    group = groups[pattern_idx]
    columns = []
    for back in (7, 30):
        low, high = (
            np.searchsorted(group_keys, days.keys(group, forecast_origin - b * DAY_MS)) for b in (back, 0)
        )
        own = days.position_before(pattern_idx, forecast_origin) - days.position_before(
            pattern_idx, forecast_origin - back * DAY_MS
        )
        columns.append(np.log1p(np.maximum(high - low - own, 0)))
    return columns


def build_window_features(
    history: OccurrenceHistory, gaps: RunningGaps, state: PairState, window: float
) -> Floats:
    """Build the features of every pair for one window.

    In: the history with its gap sums, the state of the pairs, the window in days. Out: pairs x FEATURES.
    """
    occupancy = _occupancy(history, gaps, state, window)
    renewal = _renewal(state, window)
    year_ago = _year_ago(history, state, window)
    mean_log = state.columns[:, STATE_NAMES.index("mean_log_gap")]
    poisson = [
        logit(gamma_poisson(state.decayed[:, HALF_LIVES.index(h)], state.age, h, window))
        for h in POISSON_HALF_LIVES
    ]
    size = len(state.pattern_idx)
    columns = np.column_stack(
        [
            state.columns,
            np.full(size, np.log(window)),
            occupancy,
            renewal,
            year_ago,
            np.clip(np.log(state.recency / window), -6, 6),
            np.clip(np.log(window) - mean_log, -6, 6),
            *poisson,
        ]
    )
    return np.round(columns, DECIMALS)


def _occupancy(history: OccurrenceHistory, gaps: RunningGaps, state: PairState, window: float) -> Floats:
    """Logit of the share of past start times whose next `window` days held an event, shrunk to one half."""
    covered = np.cumsum(np.minimum(gaps.gap, window))
    start, last = history.days.first[state.pattern_idx], state.position - 1
    span = (gaps.total[last] - gaps.total[start]) + np.maximum(state.recency - window, 0.0)
    share = (covered[last] - covered[start] + 0.5) / (span + 1.0)
    return logit(np.clip(share, 0.003, 0.997))


def _renewal(state: PairState, window: float) -> Floats:
    """Logit of the share of gaps in (recency, recency + window] among the gaps longer than the recency, from
    binned gaps.
    """
    longer, beyond = np.zeros(len(state.pattern_idx)), np.zeros(len(state.pattern_idx))
    low = np.concatenate([[0.0], GAP_EDGES[:-1]])
    for inside, left, right in zip(state.gap_counts, low, GAP_EDGES, strict=True):
        width = right - left if np.isfinite(right) else 365.0
        longer += inside * np.clip((left + width - state.recency) / width, 0, 1)
        beyond += inside * np.clip((left + width - state.recency - window) / width, 0, 1)
    return logit((longer - beyond + 0.5) / (longer + 1.0))


def _year_ago(history: OccurrenceHistory, state: PairState, window: float) -> Floats:
    """Active days in the same window one year earlier (nothing when the pattern is younger)."""
    year = state.forecast_origin - 365 * DAY_MS
    half = int(window * DAY_MS / 2)
    low, high = (
        history.days.position_before(state.pattern_idx, year + shift)
        for shift in (-half, int(window * DAY_MS) + half)
    )
    active_days: Floats = np.log1p(high - low) * (state.age > 365)
    return active_days
