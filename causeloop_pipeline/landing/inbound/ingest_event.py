"""Turns an event of the ingest API, in the product's own field names, into a raw record."""

from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.field_mapping import PRODUCT_FIELDS
from causeloop_pipeline.landing.inbound.product_fields import (
    EVENT_RULES,
    FieldError,
    IngestError,
    build_raw_record,
    require_object,
    take_source,
)
from causeloop_pipeline.landing.timestamps import parse_timestamp
from causeloop_pipeline.model.issue import DEFAULT_SEVERITY, TIME_FIELDS
from causeloop_pipeline.model.raw_record import NORMALIZED, Channel, RawRecord, payload_hash


def read_event(
    payload: Any, now: datetime, *, channel: Channel = "ingest", source: str | None = None
) -> RawRecord:
    """The raw record of an event. Unknown sources become `custom_api`; a missing severity becomes p3.

    Fields that the product does not know go under `attributes`. An event without an `external_id` is
    identified by its content, so that sending it twice makes one issue. `source`: that of a standard.
    """
    event = require_object(payload)
    errors = EVENT_RULES.find_errors(event, now)
    if not isinstance(event.get("attributes", {}), dict):
        errors.append(FieldError("/attributes", "must be an object"))
    if errors:
        raise IngestError(errors)
    named = take_source(event)
    fields = _clean(event)
    fields.setdefault("external_id", payload_hash(fields)[:32])
    return build_raw_record(source or named, fields, kind=NORMALIZED, channel=channel)


def _clean(event: dict[str, Any]) -> dict[str, Any]:
    """Trimmed texts, times in UTC, and under `attributes` all that is not a product field."""
    fields: dict[str, Any] = {"severity": DEFAULT_SEVERITY.value}
    for name in PRODUCT_FIELDS:
        value = event.pop(name, None)
        if name in TIME_FIELDS and value is not None:
            value = parse_timestamp(value, TimeFormat.ISO).isoformat()
        value = value.strip() if isinstance(value, str) else value
        if value not in (None, ""):
            fields[name] = value
    fields["attributes"] = event | fields.get("attributes", {})
    return fields
