"""The failure history of every pattern: its occurrences, its distinct active days, and where each pattern
begins in the arrays.

Bursts are collapsed to the first event of each day: a storm of a thousand alerts is one active day. Every
number read at a forecast origin comes from events strictly before that origin.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from causeloop_pipeline.analysis.arrays import DAY_MS, Ints, mark_numbers
from causeloop_pipeline.model.frames import CATEGORIZED_OCCURRENCE_SCHEMA

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_GAP_IN_BURST_MS = 3_600_000


def to_milliseconds(instant: datetime) -> int:
    """Milliseconds since 1970 of an instant; an instant without a time zone is read as UTC."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    delta = aware - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


@dataclass(frozen=True)
class InstantIndex:
    """Instants of all patterns, sorted by pattern and time, as one searchable array.

    pattern_idx: the pattern's number. at: milliseconds since 1970. first: where each pattern begins, and the
    end (patterns + 1). start: an instant before all others (ms). span: milliseconds kept for each pattern.
    """

    pattern_idx: Ints
    at: Ints
    first: Ints
    start: int
    span: int

    def keys(self, pattern_idx: Ints, at: Ints) -> Ints:
        """One sortable number per (pattern, instant)."""
        return pattern_idx * self.span + np.clip(at - self.start, 0, self.span - 1)

    def position_before(self, pattern_idx: Ints, at: Ints) -> Ints:
        """Position just after the last instant of the pattern that lies strictly before `at`."""
        if not len(pattern_idx):
            return np.zeros(0, np.int64)
        return np.searchsorted(self.sorted_keys, self.keys(pattern_idx, at), side="left")

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", self.keys(self.pattern_idx, self.at))

    @property
    def sorted_keys(self) -> Ints:
        """The searchable array itself."""
        keys: Ints = object.__getattribute__(self, "_keys")
        return keys


@dataclass(frozen=True)
class OccurrenceHistory:
    """All patterns of a workspace: raw events and active days.

    patterns: the ids in sorted order. reference_time: the instant (ms) the days are counted from, so that a
    day ends at a forecast origin. observed_since: when observation began (ms). real_at: when each event
    occurred (ms), also where the clock of `events` stands still; in `timezone` the calendar is read.
    workspace_days: the active days of all patterns of the workspace, sorted (ms); None: these are all.
    """

    patterns: pl.Series
    events: InstantIndex
    days: InstantIndex
    reference_time: int
    observed_since: int
    real_at: Ints
    timezone: str = "UTC"
    workspace_days: Ints | None = None

    @property
    def size(self) -> int:
        """How many patterns there are."""
        return len(self.patterns)

    @property
    def observed_days(self) -> float:
        """For how long the workspace has been observed."""
        return (self.reference_time - self.observed_since) / DAY_MS


def number_patterns(pattern_ids: pl.Series) -> tuple[pl.Series, Ints]:
    """Number the patterns in the order of their ids.

    In: pattern ids, texts or categories (which take a tenth of the time), none null. Out: the distinct ids in
    order (String), and the number of every row's id.
    """
    categories = pattern_ids.cast(pl.Categorical)
    distinct = categories.unique()
    order = distinct.cast(pl.String).arg_sort().to_numpy()
    patterns, codes = distinct.gather(order), distinct.to_physical().to_numpy()
    number_of_code = np.zeros(int(codes.max(initial=0)) + 1, np.int64)
    number_of_code[codes[order]] = np.arange(len(order))
    return patterns.cast(pl.String), number_of_code[categories.to_physical().to_numpy()]


@dataclass(frozen=True)
class NumberedOccurrences:
    """Occurrences by pattern, time and service.

    patterns: the ids in order. rows: frames.CATEGORIZED_OCCURRENCE_SCHEMA with `number`, that of the pattern,
    and `local`, the local time.
    """

    patterns: pl.Series
    rows: pl.DataFrame


def number_occurrences(occurrences: pl.DataFrame, as_of: datetime, timezone: str) -> NumberedOccurrences:
    """Number and sort the occurrences before a moment.

    In: frames.OCCURRENCE_SCHEMA or CATEGORIZED_OCCURRENCE_SCHEMA, of which rows without a pattern are left
    out; the moment (aware); a time zone. Out: NumberedOccurrences.
    """
    is_past = (pl.col("occurred_at") < as_of) & pl.col("pattern_id").is_not_null()
    past = occurrences.cast(CATEGORIZED_OCCURRENCE_SCHEMA).filter(is_past)
    patterns, number = number_patterns(past["pattern_id"])
    local = pl.col("occurred_at").dt.convert_time_zone(timezone).dt.replace_time_zone(None).alias("local")
    rows = past.with_columns(local, pl.Series("number", number, dtype=pl.UInt32))
    ordered = rows[_order_by_time(number, rows["occurred_at"].to_physical().to_numpy())]
    if not _are_in_order(ordered):
        ordered = rows.sort("number", "occurred_at", "service", nulls_last=True)
    return NumberedOccurrences(patterns, ordered)


def _order_by_time(number: Ints, at: Ints) -> Ints:
    """The order by number and time; rows that tie stay as they are."""
    if not len(at):
        return np.zeros(0, np.int64)
    since = at - at.min()
    span = int(since.max()) + 1
    if (int(number.max()) + 1) * span < 2**63:
        return np.argsort(number * span + since, kind="stable")  # a fifth of the time of two columns
    return np.lexsort((at, number))


def keep_occurrences(occurrences: NumberedOccurrences, numbers: Ints) -> NumberedOccurrences:
    """Keep the occurrences of some patterns.

    In: NumberedOccurrences, ascending numbers of patterns. Out: those of these patterns, numbered from zero
    again.
    """
    is_kept = mark_numbers(numbers, len(occurrences.patterns))
    rows = occurrences.rows.filter(pl.Series(is_kept[occurrences.rows["number"].to_numpy()]))
    return NumberedOccurrences(
        occurrences.patterns.gather(numbers), rows.with_columns(pl.col("number").rle_id())
    )


def _are_in_order(rows: pl.DataFrame) -> bool:
    """Whether rows are by number, time and service, null last."""
    number, at = (rows[name].to_physical().to_numpy().astype(np.int64) for name in ("number", "occurred_at"))
    step, lead = np.diff(number), np.diff(at)
    if (step < 0).any() or ((step == 0) & (lead < 0)).any():
        return False
    tied = np.flatnonzero((step == 0) & (lead == 0))
    before, after = rows["service"].gather(tied), rows["service"].gather(tied + 1)
    return bool(((before <= after).fill_null(value=False) | after.is_null()).all())


def build_history(
    occurrences: pl.DataFrame, *, reference_time: datetime, observed_since: datetime | None = None
) -> OccurrenceHistory:
    """Sort and collapse a frame of occurrences into a history.

    In: frame(pattern_id, occurred_at), of which rows with a null are left out; `reference_time` (aware), from
    which days of 24 h are counted; when observation began (default: the first event). Out: OccurrenceHistory.
    """
    rows = occurrences.select("pattern_id", "occurred_at").drop_nulls()
    patterns, number = number_patterns(rows["pattern_id"])
    order = _order_by_time(number, rows["occurred_at"].to_physical().to_numpy())
    ordered = rows.select("occurred_at", pl.Series("number", number, dtype=pl.UInt32))[order]
    return build_numbered_history(
        NumberedOccurrences(patterns, ordered), reference_time=reference_time, observed_since=observed_since
    )


def build_numbered_history(
    occurrences: NumberedOccurrences,
    *,
    reference_time: datetime,
    observed_since: datetime | None = None,
    real_at: Ints | None = None,
    timezone: str = "UTC",
) -> OccurrenceHistory:
    """Collapse occurrences that are in order already into a history.

    In: NumberedOccurrences, of which `number` and `occurred_at` are read; when they really occurred (ms,
    default: then) and the time zone of the calendar; the rest as of `build_history`. Out: OccurrenceHistory.
    """
    pattern_idx = occurrences.rows["number"].to_numpy().astype(np.int64)
    at = occurrences.rows["occurred_at"].dt.timestamp("ms").to_numpy().astype(np.int64)
    reference_ms = to_milliseconds(reference_time)
    day = (at - reference_ms) // DAY_MS
    is_new_day = np.ones(len(at), bool)
    is_new_day[1:] = (pattern_idx[1:] != pattern_idx[:-1]) | (day[1:] != day[:-1])
    low = int(at.min()) if len(at) else reference_ms
    span = (max(int(at.max()), reference_ms) - low + 400 * DAY_MS) if len(at) else DAY_MS
    since = min(low, to_milliseconds(observed_since)) if observed_since else low
    size = len(occurrences.patterns)
    return OccurrenceHistory(
        occurrences.patterns,
        _build_index(pattern_idx, at, size, low, span),
        _build_index(pattern_idx[is_new_day], at[is_new_day], size, low, span),
        reference_ms,
        since,
        at if real_at is None else real_at,
        timezone,
    )


def keep_patterns(history: OccurrenceHistory, numbers: Ints) -> OccurrenceHistory:
    """Keep some patterns of a history, and what all of them tell of the workspace.

    In: the history of a whole workspace, ascending numbers of patterns. Out: the history of those patterns.
    """
    events, days = (_keep_instants(index, numbers) for index in (history.events, history.days))
    return replace(
        history,
        patterns=history.patterns.gather(numbers),
        events=events,
        days=days,
        real_at=history.real_at[mark_numbers(numbers, history.size)[history.events.pattern_idx]],
        workspace_days=np.sort(history.days.at),
    )


def _keep_instants(index: InstantIndex, numbers: Ints) -> InstantIndex:
    counts = index.first[numbers + 1] - index.first[numbers]
    is_kept = np.isin(index.pattern_idx, numbers)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    pattern_idx = np.repeat(np.arange(len(numbers)), counts)
    return InstantIndex(pattern_idx, index.at[is_kept], first, index.start, index.span)


def _build_index(pattern_idx: Ints, at: Ints, size: int, low: int, span: int) -> InstantIndex:
    first = np.searchsorted(pattern_idx, np.arange(size + 1)).astype(np.int64)
    return InstantIndex(pattern_idx, at, first, low - DAY_MS, span + 2 * DAY_MS)


def count_bursts(history: OccurrenceHistory) -> Ints:
    """Count the bursts of each pattern: runs of events that follow one another within an hour.

    In: the history. Out: one number per pattern.
    """
    events = history.events
    begins_burst = np.ones(len(events.at), bool)
    begins_burst[1:] = (events.pattern_idx[1:] != events.pattern_idx[:-1]) | (
        np.diff(events.at) > MAX_GAP_IN_BURST_MS
    )
    return np.bincount(events.pattern_idx[begins_burst], minlength=history.size)


def recurs_within(
    history: OccurrenceHistory, pattern_idx: Ints, forecast_origin: Ints, days: float
) -> npt.NDArray[np.bool_]:
    """Whether each pattern has an event in [forecast_origin, forecast_origin + days).

    In: the history, pattern numbers, origins (ms), days. Out: one boolean per pair.
    """
    end = forecast_origin + int(days * DAY_MS)
    return history.events.position_before(pattern_idx, end) > history.events.position_before(
        pattern_idx, forecast_origin
    )


def select_eligible_pairs(
    history: OccurrenceHistory, origins: Ints, *, min_events: int = 2, active_within_days: float = 180.0
) -> tuple[Ints, Ints]:
    """Select the (pattern, forecast origin) pairs to predict: enough earlier events, one of them recent.

    In: the history, origins (ms), how many events before the origin are needed and how old the last may be.
    Out: pattern numbers and origins, sorted by origin and pattern.
    """
    pattern_idx = np.tile(np.arange(history.size), len(origins))
    forecast_origin = np.repeat(origins, history.size)
    position = history.events.position_before(pattern_idx, forecast_origin)
    enough = position - history.events.first[pattern_idx] >= min_events
    pattern_idx, forecast_origin, position = pattern_idx[enough], forecast_origin[enough], position[enough]
    recent = forecast_origin - history.events.at[position - 1] <= active_within_days * DAY_MS
    return pattern_idx[recent], forecast_origin[recent]
