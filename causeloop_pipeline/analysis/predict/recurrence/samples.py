"""Rows of (pattern, origin, window) with all that the members read, and the outcome where the window has
closed.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.features import (
    PairState,
    RunningGaps,
    pair_state,
    window_features,
)
from causeloop_pipeline.analysis.predict.recurrence.history import History, recurs_within
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import RecurrencePrior, prior_log_odds
from causeloop_pipeline.analysis.predict.recurrence.prophet_member import prophet_log_odds, silent_days

FORGET_DAYS = 1000.0


@dataclass(frozen=True)
class RecurrenceRows:
    """Columns of equal length; `happened` is NaN while the window is open at the end of what is known."""

    owner: Ints
    origin: Ints
    window: Floats
    closes: Ints
    happened: Floats
    weight: Floats
    columns: Floats
    decayed: Floats
    repeats: Floats
    last: Floats
    age: Floats
    prior_linear: Floats
    prior_trees: Floats
    prophet: Floats

    @property
    def prior(self) -> Floats:
        """Log odds of the pretrained prior: the mean of its two halves."""
        return 0.5 * (self.prior_linear + self.prior_trees)

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> Self:
        """Some of the rows."""
        return type(self)(*(getattr(self, field.name)[which] for field in fields(self)))


def recurrence_rows(
    history: History,
    gaps: RunningGaps,
    owner: Ints,
    origin: Ints,
    *,
    windows: tuple[int, ...],
    prior: RecurrencePrior,
    known_until: int,
    step_days: float = 7.0,
    groups: Ints | None = None,
) -> RecurrenceRows:
    """Rows of the given pairs in every window, windows one after the other.

    In: pairs (pattern numbers, origins in ms); outcomes are read only for windows that close at or before
    `known_until` (ms).
    """
    state = pair_state(history, gaps, owner, origin, groups)
    silent = silent_days(history, state)
    return joined_rows(
        [_block(history, gaps, state, silent, w, prior, known_until, step_days) for w in windows]
    )


def _block(
    history: History,
    gaps: RunningGaps,
    state: PairState,
    silent: Floats,
    window: int,
    prior: RecurrencePrior,
    known_until: int,
    step: float,
) -> RecurrenceRows:
    owner, origin = state.owner, state.origin
    columns = window_features(history, gaps, state, window)
    linear, trees = prior_log_odds(prior, columns)
    closes = origin + window * DAY_MS
    happened = np.where(closes <= known_until, recurs_within(history, owner, origin, window), np.nan)
    weight = min(1.0, step / window) * np.exp2((origin - known_until) / DAY_MS / FORGET_DAYS)
    start, last = history.days.first[owner], state.position - 1
    return RecurrenceRows(
        owner=owner,
        origin=origin,
        window=np.full(len(owner), float(window)),
        closes=closes,
        happened=happened,
        weight=weight,
        columns=columns,
        decayed=state.decayed,
        repeats=(last - start).astype(float),
        last=(history.days.at[last] - history.days.at[start]) / DAY_MS,
        age=state.age,
        prior_linear=linear,
        prior_trees=trees,
        prophet=prophet_log_odds(state, silent, window),
    )


def joined_rows(parts: list[RecurrenceRows]) -> RecurrenceRows:
    """Rows one after the other."""
    names = [field.name for field in fields(RecurrenceRows)]
    return RecurrenceRows(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
