"""What a pattern's past says at one moment, as numbers: recency, rate, clustering, rhythm, and the workspace
around it.

The hot path of prediction: nothing here loops over patterns. Gap statistics are running sums kept per active
day, so a pair (pattern, origin) costs a few searches whatever its history.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import gamma_poisson, logit
from causeloop_pipeline.analysis.predict.recurrence.history import History

HALF_LIVES = (1.0, 3.0, 7.0, 15.0, 30.0, 60.0, 120.0, 365.0)
LOOKBACKS = (1, 3, 7, 14, 30, 60, 90, 180, 365)
POISSON_HALF_LIVES = (3.0, 7.0, 15.0, 30.0, 60.0, 120.0)
DECIMALS = 5  # running sums differ in the last bits with their neighbours; no tree may split on that
GAP_EDGES = np.array(
    [1.5, 2.5, 3.5, 5.5, 7.5, 10.5, 14.5, 21.5, 30.5, 45.5, 60.5, 90.5, 120.5, 180.5, 270.5, 365.5, np.inf]
)

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
    """All that is known of (pattern, origin) pairs before a window is chosen.

    `columns` is pairs x STATE_NAMES; `decayed` pairs x HALF_LIVES; `gap_counts` GAP_EDGES x pairs; days are
    floats.
    """

    owner: Ints
    origin: Ints
    columns: Floats
    decayed: Floats
    recency: Floats
    age: Floats
    position: Ints
    gap_counts: npt.NDArray[np.int32]


@dataclass(frozen=True)
class RunningGaps:
    """Sums over the gaps of a pattern up to each active day (in days), for O(1) statistics at any origin."""

    gap: Floats
    total: Floats
    squares: Floats
    logs: Floats
    longest: Floats
    episodes: Floats
    decayed: Floats


def running_gaps(history: History) -> RunningGaps:
    """Accumulate the gap statistics and the decayed counts once for a whole history."""
    days = history.days
    gap = np.zeros(len(days.at))
    inside = np.zeros(len(days.at), bool)
    inside[1:] = days.owner[1:] == days.owner[:-1]
    gap[1:] = np.where(inside[1:], np.diff(days.at) / DAY_MS, 0.0)
    logs = np.log(np.maximum(gap, 0.02)) * inside
    big = (gap.max(initial=0.0) + 1.0) * 2
    longest = np.maximum.accumulate(gap + days.owner * big) - days.owner * big
    episodes = np.where(inside, gap > 1.5, True).astype(float)
    return RunningGaps(
        gap,
        np.cumsum(gap),
        np.cumsum(gap * gap),
        np.cumsum(logs),
        longest,
        np.cumsum(episodes),
        _decayed_at_events(history),
    )


def _decayed_at_events(history: History) -> Floats:
    """Exponentially decayed count of active days at (and including) each of them, in log space so that
    nothing overflows.
    """
    days = history.days
    if not len(days.at):
        return np.zeros((0, len(HALF_LIVES)))
    at = (days.at - days.origin) / DAY_MS
    result = np.empty((len(at), len(HALF_LIVES)))
    for column, half_life in enumerate(HALF_LIVES):
        rate = np.log(2.0) / half_life
        stride = days.span / DAY_MS + 60 * half_life
        clock = rate * (at + days.owner * stride)
        result[:, column] = np.exp(np.logaddexp.accumulate(clock) - clock)
    return result


def pair_state(
    history: History, gaps: RunningGaps, owner: Ints, origin: Ints, groups: Ints | None = None
) -> PairState:
    """State columns of every pair; pairs need at least one earlier event.

    In: pattern numbers and origins (ms). Out: PairState. Source of the feature set: recency-frequency models
    of customer-base analysis (Fader, Hardie & Lee 2005) and renewal statistics of the gaps.
    """
    days, events = history.days, history.events
    position = days.before(owner, origin)
    last, start = position - 1, days.first[owner]
    recency = np.maximum((origin - days.at[last]) / DAY_MS, 0.02)
    raw_last = events.before(owner, origin) - 1
    recency = np.minimum(recency, np.maximum((origin - events.at[raw_last]) / DAY_MS, 0.02))
    age = np.maximum((origin - days.at[start]) / DAY_MS, 0.02)
    decayed = gaps.decayed[last] * np.exp2(
        -((origin - days.at[last]) / DAY_MS)[:, None] / np.array(HALF_LIVES)
    )
    columns = [
        np.log(recency),
        np.log(age),
        np.log(raw_last + 1.0 - events.first[owner]),
        np.log(position - start + 0.0),
        np.log(np.maximum((origin - history.observed_since) / DAY_MS, 1.0)),
        *_lookbacks(history, owner, origin, position, raw_last + 1),
        *_gap_columns(gaps, start, last, recency, age),
        *np.log1p(decayed.T),
        *_workspace(history, origin),
        *_siblings(history, owner, origin, groups),
    ]
    return PairState(
        owner,
        origin,
        np.column_stack(columns),
        decayed,
        recency,
        age,
        position,
        gap_counts(gaps, start, last),
    )


def _lookbacks(history: History, owner: Ints, origin: Ints, position: Ints, raw: Ints) -> list[Floats]:
    counts = [np.log1p(position - history.days.before(owner, origin - d * DAY_MS)) for d in LOOKBACKS]
    return counts + [np.log1p(raw - history.events.before(owner, origin - d * DAY_MS)) for d in (7, 30, 90)]


def _gap_columns(gaps: RunningGaps, start: Ints, last: Ints, recency: Floats, age: Floats) -> list[Floats]:
    count = (last - start).astype(float)
    alone = count == 0
    some = np.maximum(count, 1.0)
    mean = np.where(alone, age, (gaps.total[last] - gaps.total[start]) / some)
    variance = np.maximum((gaps.squares[last] - gaps.squares[start]) / some - mean**2, 0.0)
    variance = np.where(variance < 1e-9 * mean**2, 0.0, variance)
    mean_log = np.where(alone, np.log(age), (gaps.logs[last] - gaps.logs[start]) / some)
    longest = np.where(alone, age, gaps.longest[last])
    mean, longest = np.maximum(mean, 0.02), np.maximum(longest, 0.02)
    return [
        np.log(gaps.episodes[last] - gaps.episodes[start] + 1.0),
        np.log(mean),
        mean_log,
        np.where(alone, 1.0, np.sqrt(variance) / mean),
        np.log(longest),
        np.log(np.where(alone, age, np.maximum(gaps.gap[last], 0.02))),
        np.clip(np.log(recency) - mean_log, -6, 6),
        np.clip(np.log(recency / longest), -6, 6),
    ]


def _workspace(history: History, origin: Ints) -> list[Floats]:
    """Trend and level of the whole workspace: active days of all patterns in the last 7, 30 and 120 days."""
    at = np.sort(history.days.at)
    moments, back = np.unique(origin, return_inverse=True)
    here = np.searchsorted(at, moments)
    seen = [here - np.searchsorted(at, moments - d * DAY_MS) for d in (7, 30, 120)]
    observed = np.maximum((moments - history.observed_since) / DAY_MS, 1.0)
    rate = [(count + 1.0) / np.minimum(observed, d) for count, d in zip(seen, (7, 30, 120), strict=True)]
    columns = [np.log(rate[0] / rate[2]), np.log(rate[1] / rate[2]), np.log(rate[1])]
    return [column[back] for column in columns]


def _siblings(history: History, owner: Ints, origin: Ints, groups: Ints | None) -> list[Floats]:
    """Recent active days of the patterns of the same group (the same service), the pattern's own left out."""
    if groups is None:
        return [np.zeros(len(owner)), np.zeros(len(owner))]
    days = history.days
    group_keys = np.sort(days.keys(groups[days.owner], days.at))
    mine = groups[owner]
    columns = []
    for back in (7, 30):
        low, high = (np.searchsorted(group_keys, days.keys(mine, origin - b * DAY_MS)) for b in (back, 0))
        own = days.before(owner, origin) - days.before(owner, origin - back * DAY_MS)
        columns.append(np.log1p(np.maximum(high - low - own, 0)))
    return columns


def window_features(history: History, gaps: RunningGaps, state: PairState, window: float) -> Floats:
    """Feature matrix (pairs x FEATURES, float64) for one window in days."""
    occupancy = _occupancy(history, gaps, state, window)
    renewal = _renewal(state, window)
    year_ago = _year_ago(history, state, window)
    mean_log = state.columns[:, STATE_NAMES.index("mean_log_gap")]
    poisson = [
        logit(gamma_poisson(state.decayed[:, HALF_LIVES.index(h)], state.age, h, window))
        for h in POISSON_HALF_LIVES
    ]
    size = len(state.owner)
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


def _occupancy(history: History, gaps: RunningGaps, state: PairState, window: float) -> Floats:
    """Logit of the share of past start times whose next `window` days held an event (half a window of prior
    doubt).
    """
    covered = np.cumsum(np.minimum(gaps.gap, window))
    start, last = history.days.first[state.owner], state.position - 1
    span = (gaps.total[last] - gaps.total[start]) + np.maximum(state.recency - window, 0.0)
    share = (covered[last] - covered[start] + 0.5) / (span + 1.0)
    return logit(np.clip(share, 0.003, 0.997))


def gap_counts(gaps: RunningGaps, start: Ints, last: Ints) -> npt.NDArray[np.int32]:
    """How many past gaps of each pair fall between neighbouring GAP_EDGES (edges x pairs)."""
    codes = np.searchsorted(GAP_EDGES, gaps.gap)
    counts = np.empty((len(GAP_EDGES), len(start)), np.int32)
    for code in range(len(GAP_EDGES)):
        counted = np.cumsum((codes == code) & (gaps.gap > 0), dtype=np.int32)
        counts[code] = counted[last] - counted[start]
    return counts


def _renewal(state: PairState, window: float) -> Floats:
    """Logit of the share of gaps in (recency, recency + window] among the gaps longer than the recency, from
    binned gaps.
    """
    longer, beyond = np.zeros(len(state.owner)), np.zeros(len(state.owner))
    low = np.concatenate([[0.0], GAP_EDGES[:-1]])
    for inside, left, right in zip(state.gap_counts, low, GAP_EDGES, strict=True):
        width = right - left if np.isfinite(right) else 365.0
        longer += inside * np.clip((left + width - state.recency) / width, 0, 1)
        beyond += inside * np.clip((left + width - state.recency - window) / width, 0, 1)
    return logit((longer - beyond + 0.5) / (longer + 1.0))


def _year_ago(history: History, state: PairState, window: float) -> Floats:
    """Active days in the same window one year earlier (nothing when the pattern is younger)."""
    year = state.origin - 365 * DAY_MS
    half = int(window * DAY_MS / 2)
    low, high = (
        history.days.before(state.owner, year + shift) for shift in (-half, int(window * DAY_MS) + half)
    )
    found: Floats = np.log1p(high - low) * (state.age > 365)
    return found
