"""Recognizes by their values the columns of start, end and title of an issue, where no name tells."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from causeloop_pipeline.landing.export_file.columns import RecognizedColumns, normalize_name
from causeloop_pipeline.landing.export_file.dates import NUMBERS, decide_format, read_in
from causeloop_pipeline.model.instant_range import MAX_AHEAD
from causeloop_pipeline.model.vendor_words import parse_word_lists

SAMPLE = 2_000
MIN_SHARE = 0.95
"""Of a column's values, which have to be times."""

MAX_AGE = timedelta(days=20 * 365)
"""Numbers of an older time are rather ids or amounts."""

MILLISECONDS = 1e11
LIKE_TIME = r"^\s*(?:\p{L}{2,10}[.,]?\s+){0,2}\d+\D*\d"
"""Numbers, after the names of a weekday and a month at the most."""

MAX_TIME_LENGTH = 45
WORDS = parse_word_lists("""
time: time date ts at on when epoch unix utc gmt stamp day begin began start
end: end ended cleared clear resolved closed solved fixed recovered recovery restored finished until stop
    stopped ok up done completed
update: update updated modified changed change last due deadline expires expiry sla
text: description desc text message msg output reason detail details note what issue problem error
    summary info comment event alert fault incident subject headline
""")
"""Words in the names of columns."""

TIME_WORDS, END_WORDS, UPDATE_WORDS, TEXT_WORDS = (frozenset(words) for words in WORDS.values())
WORD = r"\b\p{L}{2,}\b"
"""Neither a number nor a letter, as in the names of things: `Line V2`, `Building C, floor 4`."""

MIN_WORDS, MAX_TITLE_LENGTH = 2.5, 200
MAX_LINKS = 0.5


@dataclass(frozen=True)
class _Times:
    """A column of times: its name, its values as instants, and how many hold none."""

    column: str
    instants: pl.Series

    @property
    def absent(self) -> int:
        return self.instants.null_count()

    def is_called(self, words: frozenset[str]) -> bool:
        return bool(words & _split_name(self.column))


def recognize_by_values(
    recognized: RecognizedColumns,
    values: Mapping[str, pl.Series],
    now: datetime | None = None,
    unwanted: Collection[str] = (),
) -> RecognizedColumns:
    """Add the start, the end and the title where no name did.

    In: what names say; a sample of each column's values, in the order of the rows, null where a row holds
    none; fields that no column is. Out: the same columns, and those that were added as `by_values`. A start
    is the earliest column of times that is filled best; an end has the name of one and does not come before
    the start; a title has the most words, at least MIN_WORDS on average.
    """
    sought = {"source_created_at", "resolved_at", "title"} - {*recognized.columns, *unwanted}
    if not sought:
        return recognized
    free = {name: values[name] for name in recognized.unused if name in values and values[name].count()}
    moment, added = now or datetime.now(UTC), dict[str, str]()
    times = [read for name, column in free.items() if (read := _read_times(name, column, moment))]
    named = recognized.columns.get("source_created_at", "")
    start = _read_times(named, values[named], moment) if named in values else _find_start(times)
    if start is not None and "source_created_at" in sought:
        added["source_created_at"] = start.column
    if start is not None and "resolved_at" in sought and (end := _find_end(start, times)):
        added["resolved_at"] = end.column
    if "title" in sought:
        of_times = {each.column for each in times}
        title = _find_title({name: column for name, column in free.items() if name not in of_times})
        added |= {"title": title} if title else {}
    return recognized.add(added)


def describe_by_values(recognized: RecognizedColumns) -> list[str]:
    """What was recognized by values, as people check it."""
    return [
        f"column {column!r} is read as {name}, by its values"
        for name, column in recognized.columns.items()
        if name in recognized.by_values
    ]


def _read_times(name: str, values: pl.Series, now: datetime) -> _Times | None:
    if not _may_be_times(values):
        return None
    form = decide_format(values.drop_nulls(), now=now).name
    if form == NUMBERS and not _are_epochs(name, values):
        return None
    instants = read_in(values, form, "UTC")
    earliest = now - MAX_AGE if form == NUMBERS else datetime.min.replace(tzinfo=UTC)
    possible = instants.is_between(earliest, now + MAX_AHEAD).fill_null(value=False)
    return _Times(name, instants) if possible.sum() >= MIN_SHARE * values.count() else None


def _may_be_times(values: pl.Series) -> bool:
    """Whether values look like times: looking costs far less than trying every format on a text."""
    if values.dtype != pl.String:
        return values.dtype.is_numeric() or values.dtype.is_temporal()
    looks = values.str.contains(LIKE_TIME) & (values.str.len_chars() <= MAX_TIME_LENGTH)
    return int(looks.sum()) >= MIN_SHARE * values.count()


def _are_epochs(name: str, values: pl.Series) -> bool:
    """Whether numbers may be times: those of seconds and days only where the name says so."""
    smallest = values.cast(pl.Float64, strict=False).min()
    is_long = isinstance(smallest, float) and smallest >= MILLISECONDS
    return is_long or bool(TIME_WORDS & _split_name(name))


def _find_start(times: list[_Times]) -> _Times | None:
    begun = [each for each in times if not each.is_called(END_WORDS | UPDATE_WORDS)] or times
    return min(begun, key=lambda each: (each.absent, each.instants.median(), each.column), default=None)


def _find_end(start: _Times, times: list[_Times]) -> _Times | None:
    for each in times:
        is_later = (each.instants >= start.instants).drop_nulls()
        does_follow = len(is_later) > 0 and is_later.sum() >= MIN_SHARE * len(is_later)
        if each.column != start.column and each.is_called(END_WORDS) and does_follow:
            return each
    return None


def _find_title(texts: Mapping[str, pl.Series]) -> str | None:
    """The column whose values read like titles: those called so first, then those of the most words."""
    rated = []
    for name, values in texts.items():
        distinct = values.drop_nulls().cast(pl.String).unique()
        words = distinct.str.count_matches(WORD).mean()
        length = distinct.str.len_chars().mean()
        links = distinct.str.contains("^https?://").mean()
        if not (isinstance(words, float) and isinstance(length, float) and isinstance(links, float)):
            continue
        if words >= MIN_WORDS and links <= MAX_LINKS:
            is_called, is_short = bool(TEXT_WORDS & _split_name(name)), length <= MAX_TITLE_LENGTH
            rated.append(((is_short, is_called, words), name))
    return max(rated, default=(None, None))[1]


def _split_name(column: str) -> frozenset[str]:
    return frozenset(normalize_name(column).split("_"))
