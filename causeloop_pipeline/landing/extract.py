"""One foreign record becomes a raw record or goes to quarantine with the reason; nothing is lost between."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from causeloop_pipeline.connectors.json_paths import MissingValueError, filled, first_at, value_at
from causeloop_pipeline.connectors.spec import Shape
from causeloop_pipeline.landing.inbound.field_mapping import ProductFieldError, product_payload
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, guarded
from causeloop_pipeline.landing.timestamps import InstantError, instant
from causeloop_pipeline.model.raw_record import Door, Quarantined, RawRecord, canonical_json

EXTERNAL_ID_LIMIT = 512


class ShapeError(ValueError):
    """The record lacks what every record of this connector has."""


def extract(
    source: str, shape: Shape, record: Any, *, door: Door, config: Mapping[str, Any] | None = None
) -> RawRecord | Quarantined | None:
    """The record as it will be kept; None where the tool's list holds it but it is no failure."""
    try:
        record, canonical = guarded(record)
        if not isinstance(record, dict):
            raise ShapeError(f"a record must be an object, not {type(record).__name__}")
        if not _kept(shape, record):
            return None
        return _raw_record(source, shape, record, canonical, door, config or {})
    except (GuardError, ShapeError, ProductFieldError, InstantError) as error:
        return quarantined(source, shape, record, str(error))


def quarantined(source: str, shape: Shape, record: Any, reason: str) -> Quarantined:
    """The record as bytes, with the reason and, where it can be read, its id."""
    try:
        external_id = external_id_of(shape, record)
    except (ShapeError, UnicodeError):
        external_id = None
    return Quarantined(source, json.dumps(record).encode(), reason, external_id)


def external_id_of(shape: Shape, record: Any) -> str:
    """The record's id at the tool."""
    template = shape.key if "{" in shape.key else "{" + shape.key + "}"
    try:
        found = filled(template, lambda path: value_at(record, path)).strip()
    except MissingValueError as missing:
        raise ShapeError(f"the id is missing: nothing usable at {missing.args[0]!r}") from None
    if not found or len(found) > EXTERNAL_ID_LIMIT:
        raise ShapeError(f"the id at {shape.key!r} is empty or longer than {EXTERNAL_ID_LIMIT} characters")
    found.encode()
    return found


def _kept(shape: Shape, record: dict[str, Any]) -> bool:
    if shape.unless is not None and value_at(record, shape.unless) is not None:
        return False
    if shape.keep is None:
        return True
    try:
        return shape.keep(record)
    except (AttributeError, TypeError) as error:
        raise ShapeError(f"a field has an unexpected type: {error}") from None


def _raw_record(
    source: str,
    shape: Shape,
    record: dict[str, Any],
    canonical: bytes,
    door: Door,
    config: Mapping[str, Any],
) -> RawRecord:
    if len(canonical) > MAX_BYTES:
        raise GuardError(f"larger than {MAX_BYTES:,} bytes ({len(canonical):,})")
    if shape.normalize:
        record = _normalized(shape, record, config.get("fields") or {})
        canonical = canonical_json(record)
        external_id, updated_at = record["external_id"], _given_time(record)
    else:
        external_id, updated_at = external_id_of(shape, record), _updated_at(shape, record)
    digest = sha256(canonical).hexdigest()
    return RawRecord(source, external_id, record, digest, updated_at, shape.kind, door)


def _normalized(shape: Shape, record: dict[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    found = {} if "source_updated_at" in record else {"source_updated_at": shape.updated_at[0]}
    payload = product_payload(record, found | dict(mapping), shape.times)
    if "external_id" not in payload:
        payload["external_id"] = external_id_of(shape, record)
    return payload


def _given_time(payload: dict[str, Any]) -> datetime | None:
    value = payload.get("source_updated_at")
    return None if value is None else datetime.fromisoformat(value)


def _updated_at(shape: Shape, record: dict[str, Any]) -> datetime | None:
    value = first_at(record, shape.updated_at)
    return None if value is None else instant(value, shape.times)
