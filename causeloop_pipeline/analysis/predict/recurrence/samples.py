"""Samples (pattern, forecast origin, window) with all that the base models read, and the outcome where the
window has closed.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.features import (
    FEATURES,
    PairState,
    build_pair_state,
    build_window_features,
)
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    RunningGaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import OccurrenceHistory, recurs_within
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import (
    RecurrencePrior,
    predict_prior_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.prophet_member import (
    predict_prophet_log_odds,
    quiet_day_log_probability,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rhythm import FoundRhythms, find_rhythms

WEIGHT_HALF_LIFE_DAYS = 1000.0


@dataclass(frozen=True)
class Samples:
    """Arrays of equal length, one entry per sample.

    forecast_origin, window_end: ms. window: days. outcome: 0/1, NaN while the window is open at the end of
    what is known. weight: less for old and for overlapping windows. columns: samples x FEATURES. decayed:
    samples x HALF_LIVES. repeats: active days after the first. last, age: days from the first active day to
    the last one and to the origin. prior_linear, prior_trees, prophet: log odds.
    """

    pattern_idx: Ints
    forecast_origin: Ints
    window: Floats
    window_end: Ints
    outcome: Floats
    weight: Floats
    columns: Floats
    decayed: Floats
    repeats: Floats
    last: Floats
    age: Floats
    prior_linear: Floats
    prior_trees: Floats
    prophet: Floats
    turns_by_prophet: Floats
    turns_by_count: Floats
    rhythm_weight: Floats

    @property
    def rhythm(self) -> Floats:
        """Log odds of both forecasts of the turns together."""
        return 0.5 * (self.turns_by_prophet + self.turns_by_count)

    @property
    def size(self) -> int:
        """How many samples there are."""
        return len(self.pattern_idx)

    @property
    def observed_days(self) -> Floats:
        """For how long the workspace had been observed."""
        days: Floats = np.exp(self.columns[:, FEATURES.index("log_observed")])
        return days

    @property
    def prior(self) -> Floats:
        """Log odds of the pretrained prior: the mean of its two halves."""
        return 0.5 * (self.prior_linear + self.prior_trees)

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> Self:
        """Some of the samples."""
        return type(self)(*(getattr(self, field.name)[which] for field in fields(self)))


@dataclass(frozen=True)
class OriginPairs:
    """Pattern numbers and forecast origins (ms), and the group of each pattern of the history, if known."""

    pattern_idx: Ints
    forecast_origin: Ints
    groups: Ints | None = None


@dataclass(frozen=True)
class SampleOptions:
    """How samples are built.

    windows: days. known_until: outcomes are read only for windows that close at or before it (ms).
    step_days: days between forecast origins.
    """

    windows: tuple[int, ...]
    prior: RecurrencePrior
    known_until: int
    step_days: float = 7.0


def build_samples(
    history: OccurrenceHistory,
    gaps: RunningGaps,
    pairs: OriginPairs,
    options: SampleOptions,
    rhythms: FoundRhythms | None = None,
) -> Samples:
    """Build the samples of the given pairs in every window.

    In: the history with its gap sums, the pairs, the options, the rhythms of the pairs (default: found here).
    Out: Samples, windows one after the other.
    """
    origins = pairs.pattern_idx, pairs.forecast_origin
    state = build_pair_state(history, gaps, *origins, pairs.groups)
    quiet_days = quiet_day_log_probability(history, state)
    if rhythms is None:
        rhythms = find_rhythms(history, *origins, options.windows)
    return concat_samples(
        [
            _build_window(history, gaps, state, (quiet_days, _spread_rhythms(rhythms, state, place)), options)
            for place in range(len(options.windows))
        ]
    )


@dataclass(frozen=True)
class _TurnColumns:
    """The window at some place, and what rhythms tell of it, an entry a pair."""

    place: int
    by_prophet: Floats
    by_count: Floats
    weight: Floats


def _spread_rhythms(rhythms: FoundRhythms, state: PairState, place: int) -> _TurnColumns:
    by_prophet, by_count, weight = (np.zeros(len(state.pattern_idx)) for _ in range(3))
    by_prophet[rhythms.pair] = rhythms.by_prophet[:, place]
    by_count[rhythms.pair] = rhythms.by_count[:, place]
    weight[rhythms.pair] = rhythms.weight
    return _TurnColumns(place, by_prophet, by_count, weight)


def _build_window(
    history: OccurrenceHistory,
    gaps: RunningGaps,
    state: PairState,
    foretold: tuple[Floats, _TurnColumns],
    options: SampleOptions,
) -> Samples:
    quiet_days, turns = foretold
    window = options.windows[turns.place]
    pattern_idx, forecast_origin, known_until = state.pattern_idx, state.forecast_origin, options.known_until
    columns = build_window_features(history, gaps, state, window)
    linear, trees = predict_prior_log_odds(options.prior, columns)

    window_end = forecast_origin + window * DAY_MS
    recurs = recurs_within(history, pattern_idx, forecast_origin, window)
    outcome = np.where(window_end <= known_until, recurs, np.nan)
    age_weight = np.exp2((forecast_origin - known_until) / DAY_MS / WEIGHT_HALF_LIFE_DAYS)

    first, last = history.days.first[pattern_idx], state.position - 1
    return Samples(
        pattern_idx=pattern_idx,
        forecast_origin=forecast_origin,
        window=np.full(len(pattern_idx), float(window)),
        window_end=window_end,
        outcome=outcome,
        weight=min(1.0, options.step_days / window) * age_weight,
        columns=columns,
        decayed=state.decayed,
        repeats=(last - first).astype(float),
        last=(history.days.at[last] - history.days.at[first]) / DAY_MS,
        age=state.age,
        prior_linear=linear,
        prior_trees=trees,
        prophet=predict_prophet_log_odds(state, quiet_days, window),
        turns_by_prophet=turns.by_prophet,
        turns_by_count=turns.by_count,
        rhythm_weight=turns.weight,
    )


def concat_samples(parts: list[Samples]) -> Samples:
    """Put samples one after the other.

    In: at least one Samples. Out: all of them.
    """
    names = [field.name for field in fields(Samples)]
    return Samples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
