"""Joins a column of clock times to the column of dates beside it: `Date` and `Time` are one moment."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.model.vendor_words import parse_word_lists

DATE_WORDS, CLOCK_WORDS = (
    frozenset(words)
    for words in parse_word_lists("""
date: date day datum fecha data jour
clock: time clock hour uhrzeit zeit heure hora ora tijd
""").values()
)
CLOCK = re.compile(r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?", re.IGNORECASE)
DAY_ZERO_YEAR = 1900
SAMPLE = 200
"""Rows in which the columns show what they hold."""


def join_clocks(rows: Iterable[FileRow]) -> Iterator[FileRow]:
    """The rows, in which each date has the clock time of the column that has the rest of its name.

    Two columns belong together whose names differ in the word for date and clock only (`Start Date`,
    `Start Time`), where all filled cells of a sample are dates without a clock, and clocks.
    """
    following = iter(rows)
    sample = list(islice(following, SAMPLE))
    pairs = _find_pairs([row.record for row in sample if row.record is not None])
    for row in chain(sample, following):
        yield row if row.record is None or not pairs else replace(row, record=_join(row.record, pairs))


def _find_pairs(records: list[Mapping[str, Any]]) -> dict[str, str]:
    """Column of dates → column of its clocks."""
    columns = list(dict.fromkeys(column for record in records for column in record))
    clocks = {rest: column for column in columns if (rest := _take_rest(column, CLOCK_WORDS)) is not None}
    pairs = {
        column: clocks[rest]
        for column in columns
        if (rest := _take_rest(column, DATE_WORDS)) in clocks and rest is not None
    }
    return {
        day: clock
        for day, clock in pairs.items()
        if _do_all(records, day, _is_plain_date) and _do_all(records, clock, _is_clock)
    }


def _take_rest(column: str, words: frozenset[str]) -> frozenset[str] | None:
    """The words of a name without that for date or clock; None: it has none, or several."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)).lower()
    parts = re.findall(r"[a-z0-9]+", plain)
    return frozenset(parts) - words if sum(part in words for part in parts) == 1 else None


def _do_all(records: list[Mapping[str, Any]], column: str, holds: Any) -> bool:
    filled = [value for record in records if (value := record.get(column)) not in (None, "")]
    return bool(filled) and all(map(holds, filled))


def _is_plain_date(value: Any) -> bool:
    if isinstance(value, datetime):
        return value.time() == time(0)
    if isinstance(value, str):
        return ":" not in value and sum(map(str.isdigit, value)) >= len("1126")
    return isinstance(value, date)


def _is_clock(value: Any) -> bool:
    return _write_clock(value) is not None


def _write_clock(value: Any) -> str | None:
    """A clock time as a text; None: it is none. Of a workbook it may be a moment on its day zero."""
    if isinstance(value, datetime) and value.year <= DAY_ZERO_YEAR:
        return value.time().isoformat()
    if isinstance(value, time):
        return value.isoformat()
    return value.strip() if isinstance(value, str) and CLOCK.fullmatch(value.strip()) else None


def _join(record: Mapping[str, Any], pairs: Mapping[str, str]) -> dict[str, Any]:
    joined = dict(record)
    for day, clock in pairs.items():
        at, on = _write_clock(joined.pop(clock, None)), joined.get(day)
        if at is not None and on not in (None, ""):
            joined[day] = f"{_write_date(on)} {at}"
    return joined


def _write_date(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()
