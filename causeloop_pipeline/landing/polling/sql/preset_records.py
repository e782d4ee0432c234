"""Rows of a preset as records: read by the tool's own mapping, landed in the product's field names."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.own_tables.preset import Preset
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.declared_records import map_records
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.sql.query_records import refuse_large_row
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord, canonical_json, sha256_hex

DELETED = "causeloop_deleted"
FALSE_WORDS = frozenset({"", "0", "false", "f", "n", "no"})
CLOSED = "closed"


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
) -> Iterator[RawRecord | Quarantined | None]:
    """Each row as a record of the connector; one that last changed before the backfill begins is left out."""
    tool = replace(CONNECTORS[preset.tool], is_mapped_at_landing=True)
    settings = fill_defaults(tool, {})
    for row in rows:
        if "too_large" in row:
            yield refuse_large_row(connector, row)
            continue
        record = _read_json(preset, row["record"])
        is_deleted = str(record.pop(DELETED, "") or "").lower() not in FALSE_WORDS
        outcome = extract(tool.name, find_schema(preset), record, channel="poll")
        if isinstance(outcome, RawRecord) and not is_deleted and _is_old(outcome, sync):
            continue
        mapped, refused = map_records(tool, [outcome] if outcome else [], settings)
        yield from (replace(entry, source=connector.name) for entry in refused)
        yield from (_land(connector, entry, is_deleted=is_deleted) for entry in mapped)


def _is_old(record: RawRecord, sync: SyncInput) -> bool:
    return record.source_updated_at is not None and record.source_updated_at < sync.backfill_from


def _land(connector: Connector, record: RawRecord, *, is_deleted: bool) -> RawRecord:
    """The record as the connector's own; what is gone from the tool is closed."""
    if not is_deleted:
        return replace(record, source=connector.name)
    payload = {**record.payload, "status": CLOSED}
    if record.source_updated_at is not None:
        payload.setdefault("resolved_at", record.source_updated_at.isoformat())
    canonical = canonical_json(payload)
    return replace(
        record,
        source=connector.name,
        payload=payload,
        payload_hash=sha256_hex(canonical),
        canonical=canonical,
    )


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
