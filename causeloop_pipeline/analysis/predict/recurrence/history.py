"""What is remembered of every pattern's failures: its instants, its distinct active days, and the gaps
between them.

Bursts are collapsed to the first event of each day: a storm of a thousand alerts is one active day. Every
number read at an origin comes from events strictly before that origin.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Ints

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970 of an instant; one without a time zone is read as UTC."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    delta = aware - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


@dataclass(frozen=True)
class Series:
    """Instants of all patterns, sorted by pattern and time, as one searchable array.

    `owner` is the pattern's number, `at` milliseconds since 1970, `first` where each pattern begins (one more
    entry than patterns).
    """

    owner: Ints
    at: Ints
    first: Ints
    origin: int
    span: int

    def keys(self, owner: Ints, at: Ints) -> Ints:
        """One sortable number per (pattern, instant)."""
        return owner * self.span + np.clip(at - self.origin, 0, self.span - 1)

    def before(self, owner: Ints, at: Ints) -> Ints:
        """Position just after the last instant of the pattern that lies strictly before `at`."""
        if not len(owner):
            return np.zeros(0, np.int64)
        return np.searchsorted(self.sorted_keys, self.keys(owner, at), side="left")

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", self.keys(self.owner, self.at))

    @property
    def sorted_keys(self) -> Ints:
        """The searchable array itself."""
        keys: Ints = object.__getattribute__(self, "_keys")
        return keys


@dataclass(frozen=True)
class History:
    """All patterns of a workspace: raw events and active days.

    `patterns` are the ids in sorted order; `phase` is the instant (ms) the days are counted from, so that a
    day ends at an origin.
    """

    patterns: pl.Series
    events: Series
    days: Series
    phase: int
    observed_since: int

    @property
    def size(self) -> int:
        """How many patterns there are."""
        return len(self.patterns)


def pattern_numbers(pattern_ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct ids in order, and the place of every row's id among them (UInt32; no id may be null)."""
    patterns = pattern_ids.unique().sort()
    kind = pl.Enum(patterns.cast(pl.String))
    return patterns, pattern_ids.cast(pl.String).cast(kind).to_physical().cast(pl.UInt32)


def build_history(
    occurrences: pl.DataFrame, *, phase: datetime, observed_since: datetime | None = None
) -> History:
    """Sort and collapse a frame of (pattern_id, occurred_at) into a History.

    Rows without a pattern or an instant are left out. Days run backwards and forwards from `phase` in steps
    of 24 h.
    """
    rows = occurrences.select("pattern_id", "occurred_at").drop_nulls()
    patterns, number = pattern_numbers(rows["pattern_id"])
    at = rows["occurred_at"].dt.timestamp("ms").to_numpy().astype(np.int64)
    owner = number.to_numpy().astype(np.int64)
    order = np.lexsort((at, owner))
    owner, at = owner[order], at[order]
    phase_ms = milliseconds(phase)
    day = (at - phase_ms) // DAY_MS
    fresh = np.ones(len(at), bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    low = int(at.min()) if len(at) else phase_ms
    span = (max(int(at.max()), phase_ms) - low + 400 * DAY_MS) if len(at) else DAY_MS
    since = min(low, milliseconds(observed_since)) if observed_since else low
    return History(
        patterns,
        _series(owner, at, len(patterns), low, span),
        _series(owner[fresh], at[fresh], len(patterns), low, span),
        phase_ms,
        since,
    )


def _series(owner: Ints, at: Ints, size: int, low: int, span: int) -> Series:
    first = np.searchsorted(owner, np.arange(size + 1)).astype(np.int64)
    return Series(owner, at, first, low - DAY_MS, span + 2 * DAY_MS)


def recurs_within(history: History, owner: Ints, origin: Ints, days: float) -> npt.NDArray[np.bool_]:
    """Whether the pattern has an event in [origin, origin + days)."""
    end = origin + int(days * DAY_MS)
    return history.events.before(owner, end) > history.events.before(owner, origin)


def eligible_pairs(
    history: History, origins: Ints, *, min_events: int = 2, active_within_days: float = 180.0
) -> tuple[Ints, Ints]:
    """The (pattern, origin) pairs to predict: enough earlier events and one of them recent enough."""
    owner = np.tile(np.arange(history.size), len(origins))
    origin = np.repeat(origins, history.size)
    position = history.events.before(owner, origin)
    seen = position - history.events.first[owner]
    enough = seen >= min_events
    owner, origin, position = owner[enough], origin[enough], position[enough]
    recent = origin - history.events.at[position - 1] <= active_within_days * DAY_MS
    return owner[recent], origin[recent]
