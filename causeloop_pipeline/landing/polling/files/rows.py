"""The rows of a file, one at a time: of a row that cannot be read, its number, its beginning and why."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

MAX_LINE_BYTES = 1_000_000
MAX_FILE_BYTES = 2_000_000_000
BATCH_ROWS = 100
DELIMITERS = ",;\t|"
BEGINNING = 200
CSV_ENDINGS, JSON_ENDINGS = (".csv", ".tsv", ".txt"), (".jsonl", ".ndjson")


@dataclass(frozen=True)
class FileRow:
    """A row with its number in the file: its line, in Parquet its row."""

    number: int
    record: dict[str, Any] | None
    reason: str = ""
    beginning: str = ""


def find_format(name: str, chosen: str) -> str | None:
    """How a file is to be read; None where its name does not say."""
    plain = name.lower().removesuffix(".gz")
    if chosen != "by name":
        return chosen
    if plain.endswith(CSV_ENDINGS):
        return "csv"
    if plain.endswith(JSON_ENDINGS):
        return "jsonl"
    return "parquet" if plain.endswith(".parquet") else None


def read_file(content: BinaryIO, name: str, file_format: str) -> Iterator[FileRow]:
    """Every row; a file that is broken as a whole, or breaks off, gives a last row that says so."""
    if name.lower().endswith(".gz"):
        content = cast(BinaryIO, gzip.GzipFile(fileobj=content))
    number = 0
    try:
        for row in READERS[file_format](content):
            number = row.number
            yield row
    except (OSError, EOFError, ValueError, csv.Error, zlib.error, MemoryError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        yield FileRow(number + 1, None, f"the rest of the file cannot be read: {reason}")


def _read_lines(content: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes and whether they are all of a line; what is too long is passed over."""
    size = number = 0
    while line := content.readline(MAX_LINE_BYTES):
        number += 1
        size += len(line)
        is_whole = line.endswith(b"\n") or len(line) < MAX_LINE_BYTES
        while not line.endswith(b"\n") and not is_whole:
            rest = content.readline(MAX_LINE_BYTES)
            size += len(rest)
            if not rest or rest.endswith(b"\n") or size > MAX_FILE_BYTES:
                break
        yield number, line, is_whole
        if size > MAX_FILE_BYTES:
            raise ValueError(f"it is larger than {MAX_FILE_BYTES:,} bytes: split it")


def _read_jsonl(content: BinaryIO) -> Iterator[FileRow]:
    for number, line, is_whole in _read_lines(content):
        if not line.strip():
            continue
        beginning = line[:BEGINNING].decode(errors="replace")
        if not is_whole:
            yield FileRow(number, None, f"longer than {MAX_LINE_BYTES:,} bytes", beginning)
            continue
        try:
            record = json.loads(line.decode())
        except (ValueError, RecursionError) as error:
            reason = "no JSON" if line.endswith(b"\n") else "the file ends in the middle of it"
            yield FileRow(number, None, f"{reason} ({str(error)[:80]})", beginning)
            continue
        if isinstance(record, dict):
            yield FileRow(number, record)
        else:
            yield FileRow(number, None, f"it is no object but a {type(record).__name__}", beginning)


def _read_csv(content: BinaryIO) -> Iterator[FileRow]:
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = _decode_lines(content)
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(rows, None)
        except csv.Error as error:
            yield FileRow(rows.line_num + 1, None, str(error))
            continue
        if cells is None:
            return
        if not any(cells):
            continue
        number = rows.line_num + 1
        if len(cells) == len(header):
            yield FileRow(
                number, {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}
            )
        else:
            reason = f"{len(cells)} cells where the header has {len(header)}"
            yield FileRow(number, None, reason, delimiter.join(cells)[:BEGINNING])


def _decode_lines(content: BinaryIO) -> Iterator[str]:
    """Text lines; what is no UTF-8 is kept as half characters, which the check of records then names."""
    encoding = "utf-8-sig"
    for _, line, is_whole in _read_lines(content):
        text = line.decode(encoding, errors="surrogateescape")
        yield text if is_whole else f"{text}\n"
        encoding = "utf-8"


def _read_parquet(content: BinaryIO) -> Iterator[FileRow]:
    import pyarrow
    from pyarrow import parquet

    pyarrow.set_cpu_count(1)
    number = 0
    try:
        file = parquet.ParquetFile(content)
        for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            for record in batch.to_pylist():
                number += 1
                yield FileRow(number, {name: value for name, value in record.items() if value is not None})
    except pyarrow.ArrowException as error:
        raise ValueError(str(error)) from None


READERS = {"csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet}
