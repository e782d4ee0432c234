"""What a connector makes of an exported table: its rows as issues, and the columns of each field."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.dates import read_dates
from causeloop_pipeline.landing.export_file.issues import DATE_FIELDS
from causeloop_pipeline.landing.export_file.reader import read_issue_file
from causeloop_pipeline.landing.export_file.vocabulary import map_severities, map_statuses
from causeloop_pipeline.landing.map_payload import MappedPayload
from causeloop_pipeline.landing.record_meaning import (
    DEFAULT_SEVERITY,
    DEFAULT_STATUS,
    ENDED,
    MAX_TITLE,
    RecordMeaning,
)
from causeloop_pipeline.model.raw_record import Quarantined, canonical_json

VARIANT = "row of an export"
FIELD_NAMES = {"id": "external_id"}
NOT_OF_ISSUES = frozenset({"component", "region"})
"""Dimensions of files that an issue of a connector holds among its attributes."""
TABLES = frozenset({".csv", ".tsv", ".xlsx", ".parquet"})


def map_export(connector: Connector, file: Path, timezone: str = "UTC") -> MappedPayload:
    """The issues of an exported table; a row without a title is set aside with the reason."""
    exported = read_issue_file(file)
    recognized = recognize_columns(exported.table.columns, {}, exported.empty_columns())
    columns = dict(recognized.columns)
    dates = {
        name: read_dates(exported.table[columns[name]], timezone).instants
        for name in DATE_FIELDS
        if name in columns
    }
    paths: dict[str, tuple[str, ...]] = {
        FIELD_NAMES.get(name, name): (column,) for name, column in columns.items()
    }
    mapped = MappedPayload()
    for number, row in enumerate(exported.table.iter_rows(named=True)):
        fields = _read_row(connector, row, columns)
        fields |= {name: instants[number] for name, instants in dates.items() if instants[number] is not None}
        if "title" not in fields:
            reason = f"no title in row {number + exported.first_row} of a {connector.title} export"
            payload = canonical_json({name: _text(value) for name, value in row.items()})
            mapped.quarantined.append(Quarantined(connector.name, payload, reason))
            continue
        if fields["status"] not in ENDED:
            fields.pop("resolved_at", None)
        fields.setdefault("external_id", f"row-{number + exported.first_row}")
        mapped.issues.append(RecordMeaning("issue", VARIANT, fields, paths, tuple(recognized.unused)))
    return mapped


def _read_row(connector: Connector, row: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    """The texts of a row by field, its words mapped as the connector's are."""
    texts = {
        name: text
        for name, column in columns.items()
        if name not in DATE_FIELDS and (text := _text(row[column]))
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


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, pl.Series | list | dict):
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value).strip() or None
