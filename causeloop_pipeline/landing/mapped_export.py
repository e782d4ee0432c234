"""What a connector makes of an exported table: its rows as issues, and the columns of each field.

A table that a pipeline landed has the tool's own fields as columns; its rows are read as the tool's records.
A table that the tool's own screen exported has headings for people, which are recognized.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from causeloop_pipeline.connectors.mapping.map_record import MAX_TITLE
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.date_columns import DATE_FIELDS, decide_formats
from causeloop_pipeline.landing.export_file.dates import read_in
from causeloop_pipeline.landing.export_file.reader import IssueFile, read_issue_file
from causeloop_pipeline.landing.json_guard import read_json_text
from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload, rate_mapped
from causeloop_pipeline.landing.record_meaning import (
    DEFAULT_SEVERITY,
    DEFAULT_STATUS,
    ENDED,
    RecordMeaning,
)
from causeloop_pipeline.model.raw_record import Quarantined, canonical_json
from causeloop_pipeline.model.vendor_words import map_severities, map_statuses

VARIANT = "row of an export"
FIELD_NAMES = {"id": "external_id"}
NOT_OF_ISSUES = frozenset({"component", "region"})
"""Dimensions of files that an issue of a connector holds among its attributes."""
TABLES = frozenset({".csv", ".tsv", ".xlsx", ".parquet"})
NESTED = re.compile(r"\.|__")
"""Between the steps of a path that became the name of a column."""
SAMPLE_ROWS = 50
TELLING = (set(DATE_FIELDS), {"severity"}, {"status"}, {"body"})
"""Columns that tell issues from other things with a name; an issue has two of these kinds at least."""


def map_export(connector: Connector, file: Path, timezone: str = "UTC") -> MappedPayload:
    """The issues and changes of an exported table; what is none is set aside with the reason."""
    exported = read_issue_file(file)
    rows = [_nest(row) for row in exported.table.iter_rows(named=True)]
    by_headings = _map_by_headings(connector, exported, timezone)
    sample = map_payload(connector, rows[:SAMPLE_ROWS])
    are_paths = any(NESTED.search(column) for column in exported.table.columns)
    is_better = are_paths or rate_mapped(sample) > rate_mapped(by_headings)
    are_own_fields = bool(sample.changes) or (bool(sample.issues) and is_better)
    return map_payload(connector, rows) if are_own_fields else by_headings


def _nest(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as a record: cells of `fields.status` or `fields__status` in objects, texts of JSON read."""
    record: dict[str, Any] = {}
    for column, value in row.items():
        cell = _read_cell(value)
        if cell is None:
            continue
        *steps, last = [step for step in NESTED.split(column) if step] or [column]
        holder = record
        for step in steps:
            inner = holder.setdefault(step, {})
            holder = inner if isinstance(inner, dict) else record
        holder.setdefault(last, cell)
    return record


def _read_cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    document = read_json_text(value) if isinstance(value, str) else None
    return _read_text(value) if document is None else document


def _map_by_headings(connector: Connector, exported: IssueFile, timezone: str) -> MappedPayload:
    """The issues of a table by the headings that people read."""
    recognized = recognize_columns(exported.table.columns, {}, exported.empty_columns())
    columns = dict(recognized.columns)
    named = {name: exported.table[columns[name]] for name in DATE_FIELDS if name in columns}
    formats = decide_formats(named)
    dates = {name: read_in(values, formats[name].name, timezone) for name, values in named.items()}
    paths: dict[str, tuple[str, ...]] = {
        FIELD_NAMES.get(name, name): (column,) for name, column in columns.items()
    }
    is_of_issues = sum(bool(columns.keys() & names) for names in TELLING) > 1
    mapped = MappedPayload()
    for place, row in enumerate(exported.table.iter_rows(named=True)):
        fields = _read_row(connector, row, columns)
        fields |= {name: instants[place] for name, instants in dates.items() if instants[place] is not None}
        if "title" not in fields or not is_of_issues:
            needed = "neither time nor severity, status or text" if "title" in fields else "no title"
            reason = f"{needed} in row {exported.numbers[place]} of a {connector.title} export"
            payload = canonical_json({name: _read_text(value) for name, value in row.items()})
            mapped.quarantined.append(Quarantined(connector.name, payload, reason))
            continue
        if fields["status"] not in ENDED:
            fields.pop("resolved_at", None)
        fields.setdefault("external_id", f"row-{exported.numbers[place]}")
        mapped.issues.append(RecordMeaning("issue", VARIANT, fields, paths, tuple(recognized.unused)))
    return mapped


def _read_row(connector: Connector, row: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    """The texts of a row by field, its words mapped as the connector's are."""
    texts = {
        name: text
        for name, column in columns.items()
        if name not in DATE_FIELDS and (text := _read_text(row[column]))
    }
    fields: dict[str, Any] = {"source": connector.name, "attributes": {}}
    for name, text in texts.items():
        if name in NOT_OF_ISSUES:
            fields["attributes"][name] = text
        else:
            fields[FIELD_NAMES.get(name, name)] = text[:MAX_TITLE] if name == "title" else text
    words = (("severity", map_severities, DEFAULT_SEVERITY), ("status", map_statuses, DEFAULT_STATUS))
    for name, map_words, default in words:
        word = texts.get(name)
        meaning = None if word is None else map_words([word], connector.name).get(word)
        if word is not None:
            fields[f"{name}_value"] = word
        if word is not None and meaning is None:
            fields["attributes"][f"unmapped_{name}"] = word
        fields[name] = default if meaning is None else meaning.value
    return fields


def _read_text(value: Any) -> str | None:
    if value is None or isinstance(value, pl.Series | list | dict):
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value).strip() or None
