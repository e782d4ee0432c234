"""What was understood of an uploaded file, in a process of its own: shown before anything is imported."""

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from api.http.errors import Problem
from api.uploads.schemas import UploadedExample
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.export_file.dates import spell_format
from causeloop_pipeline.landing.export_file.records import ImportedFile, build_record, set_aside
from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import (
    TITLES,
    describe_unknown,
    find_format,
    read_rows,
    unpack,
)
from causeloop_pipeline.landing.export_file.rows.json_documents import list_reports
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, TableReading, flatten, study
from causeloop_pipeline.landing.record_meaning import UnknownVariantError, read_meaning
from causeloop_pipeline.model.date_order import DateOrder
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord

UPLOAD_TYPE = "file_upload"
NOTHING_REPORTED = "the report holds no result: what its tool reported before has ended"
MAX_ROWS = 50_000
MAX_COLUMNS = 200
PAGE_ROWS = 500
EXAMPLES, EXAMPLE_VALUES, PROBLEMS = 5, 3, 20
MAX_SHOWN = 120
SHOWN_FIELDS = tuple(name for name in UploadedExample.model_fields if name != "row")


@dataclass
class ReadUpload:
    """The records of an upload, what is set aside, and what is not a failure."""

    records: list[RawRecord] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    no_failures: Counter[str] = field(default_factory=Counter)
    reports: list[str] = field(default_factory=list)
    """How the ids begin of which the file holds all that are open."""


def make_choices(choices: Mapping[str, Any]) -> ReadingChoices:
    """How a person wants the file to be read."""
    return ReadingChoices(
        columns=dict(choices.get("columns") or {}),
        key=str(choices.get("key") or ""),
        dates=str(choices.get("dates") or DateOrder.RECOGNIZED),
        timezone=str(choices.get("timezone") or "UTC"),
    )


def understand(content: bytes, name: str, choices: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns of a file mean, examples of its issues, and what cannot be read; 422 for no table."""
    kind, rows, reading = _study(content, name, make_choices(choices))
    read, no_failures = list(_read(reading, rows)), Counter[str]()
    broken = [row for row in read if row.payload is None and not row.no_failure]
    no_failures.update(row.no_failure for row in read if row.no_failure)
    whole = [row for row in read if row.payload is not None and not row.no_failure]
    return {
        "format": TITLES[kind],
        "rows": len(rows),
        "issues": 0 if reading.problem else len(whole),
        "unreadable": len(broken),
        "no_failures": dict(no_failures),
        "problem": reading.problem,
        "columns": _describe_columns(reading, rows),
        "dates": [
            {
                "field": name,
                "column": reading.columns[name],
                "format": spell_format(form),
                "is_ambiguous": name in reading.ambiguous,
            }
            for name, form in reading.formats.items()
        ],
        "key": reading.key or reading.columns.get("id"),
        "repeats_ids": reading.repeats_ids,
        "notes": list(reading.notes),
        "examples": [] if reading.problem else [_show(row) for row in whole[:EXAMPLES]],
        "problems": [
            {"row": row.number, "column": row.column or None, "reason": row.reason}
            for row in broken[:PROBLEMS]
        ],
    }


def read_upload(content: bytes, name: str, choices: Mapping[str, Any], import_id: UUID) -> ReadUpload:
    """The records of a file, each with its payload as JSON only."""
    _, rows, reading = _study(content, name, make_choices(choices))
    if reading.problem:
        raise Problem(422, "unreadable_file", f"{name}: {reading.problem}")
    file, upload = ImportedFile(name, import_id), ReadUpload(reports=_list_reports(content, name))
    for row in _read(reading, rows):
        if row.payload is not None:
            outcome = build_record(UPLOAD_TYPE, file, row.number, row.kind, row.payload, "ingest")
            if isinstance(outcome, RawRecord):
                upload.records.append(outcome)
            else:
                upload.quarantined.append(outcome)
        elif row.no_failure:
            upload.no_failures[row.no_failure] += 1
        else:
            upload.quarantined.append(
                set_aside(UPLOAD_TYPE, file, row.number, row.column, row.reason, row.beginning[:200])
            )
    return upload


def _study(content: bytes, name: str, choices: ReadingChoices) -> tuple[str, list[FileRow], TableReading]:
    kind = find_format(name)
    if kind is None:
        raise Problem(422, "unreadable_file", f"{name}: {describe_unknown(name)}")
    rows = list(islice(read_rows(io.BytesIO(content), name, kind), MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        detail = (
            f"{name} has more than {MAX_ROWS:,} rows: split it, or let a drop folder or object store read it"
        )
        raise Problem(422, "validation_failed", detail)
    if not rows and _list_reports(content, name):
        return kind, rows, replace(study(rows, choices), problem=None, notes=(NOTHING_REPORTED,))
    if not any(row.record is not None for row in rows):
        reason = rows[0].reason if rows else "it holds no rows"
        raise Problem(422, "unreadable_file", f"{name}: {reason}")
    return kind, rows, study(rows, choices)


def _list_reports(content: bytes, name: str) -> list[str]:
    return list_reports(unpack(io.BytesIO(content), name).read()) if find_format(name) == "json" else []


def _read(reading: TableReading, rows: Sequence[FileRow]) -> Iterator[ReadRow]:
    reader = RowReader(reading)
    for start in range(0, len(rows), PAGE_ROWS):
        yield from reader.read(rows[start : start + PAGE_ROWS])


def _describe_columns(reading: TableReading, rows: Sequence[FileRow]) -> list[dict[str, Any]]:
    """Each column, the field that it is read as, and its first values."""
    field_of = {column: name for name, column in reading.columns.items()}
    values: dict[str, list[str]] = {}
    for row in rows[:PAGE_ROWS]:
        for column, value in flatten(row.record or {}).items():
            examples = values.setdefault(column, [])
            if value not in (None, "", []) and len(examples) < EXAMPLE_VALUES:
                text = str(value)[:MAX_SHOWN]
                if text not in examples:
                    examples.append(text)
    names = list(dict.fromkeys((*values, *reading.columns.values(), *reading.unused)))[:MAX_COLUMNS]
    return [{"column": name, "field": field_of.get(name), "values": values.get(name, [])} for name in names]


def _show(row: ReadRow) -> dict[str, Any]:
    """An issue as it will be, with the row that it was read from."""
    file = ImportedFile("", UUID(int=0))
    issue: dict[str, Any] = {"row": row.number} | dict.fromkeys(SHOWN_FIELDS)
    record = build_record(UPLOAD_TYPE, file, row.number, row.kind, row.payload or {}, "ingest")
    if isinstance(record, Quarantined):
        return issue
    try:
        fields = read_meaning(CONNECTORS[UPLOAD_TYPE], record, {}).fields
    except UnknownVariantError:
        return issue
    for name in SHOWN_FIELDS:
        value = fields.get(name)
        issue[name] = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
    return issue
