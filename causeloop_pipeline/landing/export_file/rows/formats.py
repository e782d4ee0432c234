"""Which kind a file is, by its name and how it begins, and its rows."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, cast

from causeloop_pipeline.landing.export_file.rows.archive import list_files, refuse_several
from causeloop_pipeline.landing.export_file.rows.clock_columns import join_clocks
from causeloop_pipeline.landing.export_file.rows.completed_rows import complete
from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow
from causeloop_pipeline.landing.export_file.rows.json_documents import read_json
from causeloop_pipeline.landing.export_file.rows.parquet import read_parquet
from causeloop_pipeline.landing.export_file.rows.plain_text import read_log_text, read_text
from causeloop_pipeline.landing.export_file.rows.quiet_rows import mark_quiet
from causeloop_pipeline.landing.export_file.rows.separated import read_csv
from causeloop_pipeline.landing.export_file.rows.workbook import read_workbook
from causeloop_pipeline.landing.export_file.rows.xml_documents import read_xml
from causeloop_pipeline.landing.storable import TooDeepError, make_storable
from causeloop_pipeline.model.file_endings import FORMATS, PACKED

BY_NAME = "by name"
OF_FILES: Mapping[str, Callable[[BinaryIO], Iterator[FileRow]]] = {
    "csv": read_csv,
    "jsonl": read_json,
    "json": read_json,
    "parquet": read_parquet,
    "xlsx": read_workbook,
    "xml": read_xml,
    "junit": read_xml,
    "log": read_log_text,
    "text": read_text,
}
LOG_NAMES = {"/syslog": "log", "/messages": "log"}
"""Logs whose names have no ending."""

TITLES = {
    "csv": "CSV",
    "jsonl": "JSON lines",
    "json": "JSON",
    "parquet": "Parquet",
    "xlsx": "Excel",
    "xml": "XML",
    "junit": "JUnit XML",
    "log": "a log",
    "text": "text",
    "zip": "a zip",
}
READABLE = "CSV, TSV, JSON, JSON lines, SARIF, Excel, Parquet, XML or a log"
ADVICE = f"give it as {READABLE}, choose Format where the name does not say which, or move it away"
ROTATED = re.compile(r"(?:\.\d{1,4}|-\d{8})$")
"""What is added to the name of a log that was put away."""


def _read_zip(content: BinaryIO) -> Iterator[FileRow]:
    """The rows of the one file in a zip that can be read, or of all its reports of tests.

    A zip in it is none: there may be another one in that, without an end.
    """
    files = [
        (name, inner, kind)
        for name, inner in list_files(content)
        if (kind := find_format(name)) and kind in OF_FILES
    ]
    if not files:
        raise FileContentError(f"it holds no file that can be read: {ADVICE}")
    if len(files) > 1 and {kind for _, _, kind in files} != {"xml"}:
        raise refuse_several([name for name, _, _ in files])
    number = 0
    for name, inner, kind in files:
        for row in OF_FILES[kind](unpack(io.BytesIO(inner), name)):
            number += 1
            yield replace(row, number=number if len(files) > 1 else row.number)


READERS = {**OF_FILES, "zip": _read_zip}


def find_format(name: str, chosen: str = BY_NAME) -> str | None:
    """How a file is to be read; None where its name does not say."""
    if chosen != BY_NAME:
        return chosen
    plain = ROTATED.sub("", f"/{name.lower().removesuffix(PACKED)}")
    endings = {**FORMATS, **LOG_NAMES}
    return next((kind for ending, kind in endings.items() if plain.endswith(ending)), None)


def describe_unknown(name: str) -> str:
    """Why a file is not read, and what to do."""
    ending = name.rpartition("/")[2].rpartition(".")[2] if "." in name else ""
    what = f"files ending in .{ending} are not read" if ending else "its name has no ending"
    return f"{what}: {ADVICE}"


def read_rows(content: BinaryIO, name: str, file_format: str) -> Iterator[FileRow]:
    """Every row; a file that is broken as a whole, or breaks off, gives a last row that says so."""
    return join_clocks(_read_until_it_breaks(content, name, file_format))


def _read_until_it_breaks(content: BinaryIO, name: str, file_format: str) -> Iterator[FileRow]:
    number = 0
    try:
        for row in READERS[file_format](unpack(content, name)):
            number = row.number
            yield mark_quiet(_make_storable(complete(row)))
    except FileContentError as error:
        yield FileRow(number + 1, None, str(error))
    except (OSError, EOFError, ValueError, csv.Error, zlib.error, MemoryError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        yield FileRow(number + 1, None, f"the rest of the file cannot be read: {reason}")


def _make_storable(row: FileRow) -> FileRow:
    """The row with values that can be stored, or without any where they cannot be."""
    try:
        return replace(row, record=make_storable(row.record))
    except TooDeepError as error:
        return FileRow(row.number, None, str(error))


def unpack(content: BinaryIO, name: str) -> BinaryIO:
    """The content as it was before gzip."""
    if name.lower().endswith(PACKED):
        return cast(BinaryIO, io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=content))))
    return content
