"""Turns one record of a tool into a raw record, or quarantines it with the reason; no record is lost."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.json_paths import MissingValueError, fill, find_first_value, find_value
from causeloop_pipeline.connectors.mapping.product_record import JOB
from causeloop_pipeline.connectors.record_filters import explain
from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.alert_fingerprint import compute_fingerprint
from causeloop_pipeline.landing.field_mapping import ProductFieldError, build_product_payload
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, read_embedded, validate_json
from causeloop_pipeline.landing.timestamps import TimestampError, parse_timestamp
from causeloop_pipeline.model.raw_record import (
    Channel,
    NoFailure,
    Outcome,
    Quarantined,
    RawRecord,
    canonical_json,
    sha256_hex,
)
from causeloop_pipeline.model.run_states import NEITHER, read_run_state

MAX_EXTERNAL_ID = 512
MAY_LACK = "|}"
NOT_YET = re.compile(r"(0|-1)(\.0+)?$|000[01]-\d\d-\d\d")
"""0, -1, and the first day of the calendar: what tools write for an end that has not come."""
TOO_DEEP = b'"a record that is nested too deep to be written"'


class RecordSchemaError(ValueError):
    """The record lacks what every record of this connector has."""


def extract(
    source: str,
    schema: RecordSchema,
    record: Any,
    *,
    channel: Channel,
    config: Mapping[str, Any] | None = None,
) -> Outcome:
    """The record as it will be stored, or why it cannot be, or why it is not a failure."""
    source = schema.source or source
    try:
        record, canonical = validate_json(read_embedded(record, schema.embedded))
        if not isinstance(record, dict):
            raise RecordSchemaError(f"a record must be an object, not {type(record).__name__}")
        if reason := _find_no_failure(schema, record):
            return NoFailure(reason)
        if len(canonical) > MAX_BYTES:
            raise GuardError(f"larger than {MAX_BYTES:,} bytes ({len(canonical):,})")
        if schema.normalize:
            return _map_record(source, schema, record, channel, config or {})
        return _keep_record(source, schema, record, canonical, channel)
    except (GuardError, RecordSchemaError, ProductFieldError, TimestampError) as error:
        return quarantine(source, schema, record, str(error))


def build_product_record(
    source: str, payload: dict[str, Any], kind: str, channel: Channel, import_id: UUID | None = None
) -> RawRecord | Quarantined:
    """The record of a payload that already has the product's field names, or why it cannot be stored."""
    try:
        payload, canonical = validate_json(payload)
        external_id = str(payload["external_id"])
        external_id.encode()  # half a character cannot be stored
        if len(canonical) > MAX_BYTES:
            raise GuardError(f"it is larger than {MAX_BYTES:,} bytes ({len(canonical):,})")
        if len(external_id) > MAX_EXTERNAL_ID:
            raise GuardError(f"its id is longer than {MAX_EXTERNAL_ID} characters")
    except (GuardError, UnicodeError) as error:
        return Quarantined(source, json.dumps(payload).encode(), str(error))
    updated_at = payload.get("source_updated_at")
    return RawRecord(
        source=source,
        external_id=external_id,
        payload=payload,
        payload_hash=sha256_hex(canonical),
        source_updated_at=None if updated_at is None else datetime.fromisoformat(updated_at),
        kind=kind,
        channel=channel,
        canonical=canonical,
        import_id=import_id,
    )


def quarantine(source: str, schema: RecordSchema, record: Any, reason: str) -> Quarantined:
    """The record as bytes, with the reason and, where it can be read, its id."""
    try:
        external_id = read_external_id(schema, record)
    except (RecordSchemaError, UnicodeError):
        external_id = None
    try:
        raw = json.dumps(record).encode()
    except RecursionError:
        raw = TOO_DEEP
    return Quarantined(source, raw, reason, external_id)


def read_external_id(schema: RecordSchema, record: Any) -> str:
    """The record's id at the tool."""
    try:
        external_id = _find_fingerprint(schema, record) or _match_id(
            schema, _fill_key(schema.key, record).strip()
        )
    except MissingValueError as missing:
        raise RecordSchemaError(f"the id is missing: nothing usable at {missing.args[0]!r}") from None
    if not external_id or len(external_id) > MAX_EXTERNAL_ID:
        raise RecordSchemaError(
            f"the id at {schema.key!r} is empty or longer than {MAX_EXTERNAL_ID} characters"
        )
    external_id.encode()  # half a character cannot be stored
    return external_id


def _find_fingerprint(schema: RecordSchema, record: Any) -> str | None:
    """The fingerprint of the record's labels, where those are its id."""
    labels = find_value(record, schema.labels) if schema.labels else None
    return compute_fingerprint(labels) if labels and isinstance(labels, dict) else None


def _fill_key(key: str, record: Any) -> str:
    if "{" in key:
        filled = fill(key, lambda paths: _find_part(record, paths))
        return filled.rstrip("/") if MAY_LACK in key else filled
    value = find_value(record, key)
    if value is None or value == "" or isinstance(value, dict | list):
        raise MissingValueError(key)
    return str(value)


def _find_part(record: Any, paths: str) -> Any:
    """The first value at some paths; the values of a list, with commas."""
    value = find_first_value(record, tuple(path for path in paths.split("|") if path))
    is_list = isinstance(value, list) and all(isinstance(part, str | int | float) for part in value)
    return ",".join(map(str, value)) if is_list else value


def _match_id(schema: RecordSchema, value: str) -> str:
    """The id inside the value at the key; the value itself where it holds no such id."""
    match = re.search(schema.key_pattern, value) if schema.key_pattern else None
    return match[1] if match else value


def _find_no_failure(schema: RecordSchema, record: dict[str, Any]) -> str:
    """Why a record counts as no failure; empty where it may be one."""
    if schema.unless is not None and find_value(record, schema.unless) is not None:
        return f"it has {schema.unless}"
    try:
        if schema.keep is None or schema.keep(record):
            return ""
        return explain(schema.keep, record)
    except (AttributeError, TypeError) as error:
        raise RecordSchemaError(f"a field has an unexpected type: {error}") from None


def _keep_record(
    source: str, schema: RecordSchema, record: dict[str, Any], canonical: bytes, channel: Channel
) -> RawRecord:
    """The record in the tool's own field names."""
    updated_at = _find_time(schema, record)
    return RawRecord(
        source=source,
        external_id=read_external_id(schema, record),
        payload=record,
        payload_hash=sha256_hex(canonical),
        source_updated_at=None if updated_at is None else parse_timestamp(updated_at, schema.times),
        kind=schema.kind,
        channel=channel,
        canonical=canonical,
    )


def _find_time(schema: RecordSchema, record: dict[str, Any]) -> Any:
    """When the record last changed: the first time, but not "not yet" where another place has one."""
    times = [time for path in schema.updated_at if (time := find_value(record, path)) not in (None, "")]
    come = (time for time in times if not NOT_YET.match(str(time)))
    return next(come, times[0] if times else None)


def _map_record(
    source: str,
    schema: RecordSchema,
    record: dict[str, Any],
    channel: Channel,
    config: Mapping[str, Any],
) -> RawRecord | NoFailure:
    """The record in the product's field names, by the configuration's mapping; none of a run under way."""
    mapping = {} if "source_updated_at" in record else {"source_updated_at": schema.updated_at[0]}
    payload = build_product_payload(record, mapping | dict(config.get("fields") or {}), schema.times)
    if JOB in payload and read_run_state(payload.get("status", "")) in NEITHER:
        return NoFailure(f"a run or test with the outcome {payload['status'].lower()}")
    if "external_id" not in payload:
        payload["external_id"] = read_external_id(schema, record)
    updated_at = payload.get("source_updated_at")
    canonical = canonical_json(payload)
    return RawRecord(
        source=source,
        external_id=payload["external_id"],
        payload=payload,
        payload_hash=sha256_hex(canonical),
        source_updated_at=None if updated_at is None else datetime.fromisoformat(updated_at),
        kind=schema.kind,
        channel=channel,
        canonical=canonical,
    )
