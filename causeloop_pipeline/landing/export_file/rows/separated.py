"""Rows of CSV, whatever separates its values, and whatever a report writes above its header."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain, count, islice
from typing import Any, BinaryIO

from causeloop_pipeline.landing.export_file.rows.file_row import (
    BEGINNING,
    MAX_LINE_BYTES,
    FileRow,
)
from causeloop_pipeline.landing.export_file.rows.headless import is_headless, name_columns
from causeloop_pipeline.landing.export_file.rows.text_lines import decode, read_lines

SEPARATORS = ",;\t|"
SAMPLE_LINES = 50
MAX_PREAMBLE = 10
UNNAMED = "text"
"""What a last column is called that the header does not name: the text of the record."""
STATED = "sep="
"""How a file states its separator to Excel."""


def read_csv(content: BinaryIO) -> Iterator[FileRow]:
    """Each row below the header as a record of texts; null where it holds nothing."""
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = _decode_lines(content)
    first = next(lines, "")
    skipped = int(first.lower().startswith(STATED))
    sample = list(islice(lines if skipped else chain([first], lines), SAMPLE_LINES))
    separator = first.strip()[len(STATED) :] if skipped else _find_separator(sample)
    above = _count_above_header(sample, separator)
    rows = csv.reader(
        chain(sample[above:], lines), delimiter=separator or ",", skipinitialspace=True, strict=True
    )
    header = _add_unnamed(_read_header(rows), sample[above:], separator)
    offset = skipped + above
    if is_headless(header):
        cells, header = header, name_columns(header)
        yield FileRow(1 + offset, {name: cell or None for name, cell in zip(header, cells, strict=True)})
    yield from _read_rows(rows, header, separator, offset)


def _read_rows(rows: Any, header: list[str], separator: str, offset: int) -> Iterator[FileRow]:
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as error:
            yield FileRow(rows.line_num + offset, None, f"it is not CSV: {error}")
            continue
        if cells is None:
            return
        if not any(cells):
            continue
        number = rows.line_num + offset
        if len(cells) > len(header) and any(cells[len(header) :]):
            reason = (
                f"it has {len(cells)} values, the header has {len(header)}: "
                f"is a {separator!r} or a quote missing its quotes?"
            )
            yield FileRow(number, None, reason, separator.join(cells)[:BEGINNING])
        else:
            padded = cells + [""] * (len(header) - len(cells))
            yield FileRow(number, {name: cell or None for name, cell in zip(header, padded, strict=False)})


def _read_header(rows: Any) -> list[str]:
    header = [name.strip() for name in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    return list(_number_repeated(header))


def _add_unnamed(header: list[str], lines: list[str], separator: str) -> list[str]:
    """A header that lacks the name of its last column, as that of Windows' Event Viewer, has one for it."""
    below = _split(lines, separator)[1:]
    if len(lines) >= SAMPLE_LINES:  # the last may go on
        below.pop()
    widths = {len(row) for row in below if any(row)}
    return [*header, UNNAMED] if header and widths == {len(header) + 1} else header


def _number_repeated(header: list[str]) -> Iterator[str]:
    """The names, those that come again with a number: trackers write a column for each label and comment."""
    taken, numbers = set[str](), defaultdict[str, Iterator[int]](lambda: count(2))
    for name in header:
        further = (f"{name} ({number})" for number in numbers[name])
        free = next(each for each in chain([name], further) if each not in taken)
        taken.add(free)
        yield free


def _decode_lines(content: BinaryIO) -> Iterator[str]:
    for _, line, is_whole in read_lines(content):
        text = decode(line)
        yield text if is_whole else f"{text}\n"


def _split(lines: list[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return [line.split(separator) for line in lines]


def _find_separator(lines: list[str]) -> str:
    """The mark that gives most rows the same number of values, and more than one."""

    def rate(mark: str) -> tuple[int, int, int, int]:
        counts = Counter(len(row) for row in _split(lines, mark) if len(row) > 1)
        width, rows = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        in_header = lines[0].count(mark) if lines else 0
        return (int(in_header > 0), rows, width, -SEPARATORS.index(mark))

    return max(SEPARATORS, key=rate)


def count_shared_width(lines: list[str]) -> tuple[int, float]:
    """How many values most lines have by their best separator, and what share of those below a title."""
    sample = lines[:SAMPLE_LINES]
    separator = _find_separator(sample)
    rows = _split(sample[_count_above_header(sample, separator) :], separator)
    width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    return width, count / len(rows) if rows else 0.0


def _count_above_header(lines: list[str], separator: str) -> int:
    """How many lines of a title stand above the header: those of one value, where all others have more."""
    widths = [_count_values(line, separator) for line in lines]
    usual = Counter(width for width in widths if width > 1).most_common(1)
    if not usual or usual[0][1] < 2:
        return 0
    above = next((place for place, width in enumerate(widths) if width > 1), 0)
    return above if above <= MAX_PREAMBLE else 0


def _count_values(line: str, separator: str) -> int:
    return sum(1 for row in _split([line], separator)[:1] for cell in row if cell.strip())
