"""Rows of a preset as records of the tool, whose name is their kind: its own mapping reads them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from causeloop_pipeline.connectors.own_tables.preset import DELETED, Preset
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.sql.query_records import refuse_large_row
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import Outcome, RawRecord

FALSE_WORDS = frozenset({"", "0", "false", "f", "n", "no"})


def describe_preset(preset: Preset, config: Mapping[str, Any]) -> dict[str, Any]:
    """The preset as the reading process takes it."""
    described = asdict(replace(preset, schema=None, json_paths=frozenset()))
    return {
        **described,
        "json_paths": [],
        "name": preset.name,
        "schema": str(config.get("schema") or ""),
        "key": find_schema(preset).key,
    }


def find_schema(preset: Preset) -> RecordSchema:
    """How a record of the preset's tool is read."""
    return preset.schema or CONNECTORS[preset.tool].pulls[0].schema


def read_preset_rows(
    connector: Connector, preset: Preset, sync: SyncInput, rows: list[dict[str, Any]]
) -> Iterator[Outcome]:
    """Each row as a record of the connector; one that last changed before the backfill begins is left out."""
    for row in rows:
        if "too_large" in row:
            yield refuse_large_row(connector, row)
            continue
        record = _read_json(preset, row["record"])
        is_deleted = str(record.pop(DELETED, "") or "").lower() not in FALSE_WORDS
        if is_deleted:
            record[DELETED] = True
        outcome = extract(connector.name, find_schema(preset), record, channel="poll")
        if not isinstance(outcome, RawRecord):
            yield outcome
        elif is_deleted or not _is_old(outcome, sync):
            yield replace(outcome, kind=preset.tool)


def _is_old(record: RawRecord, sync: SyncInput) -> bool:
    return record.source_updated_at is not None and record.source_updated_at < sync.backfill_from


def _read_json(preset: Preset, record: dict[str, Any]) -> dict[str, Any]:
    """The record with its JSON columns read, which some databases give as text."""
    return {
        name: _parse(value) if name in preset.json_paths and isinstance(value, str) else value
        for name, value in record.items()
    }


def _parse(text: str) -> Any:
    try:
        return json.loads(text) if text[:1] in {"{", "["} else text
    except ValueError:
        return text
