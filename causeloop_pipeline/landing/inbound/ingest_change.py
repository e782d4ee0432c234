"""Turns a change of the ingest API, in the product's own field names, into a raw record."""

from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.inbound.product_fields import (
    CHANGE_RULES,
    IngestError,
    build_raw_record,
    require_object,
    take_source,
)
from causeloop_pipeline.landing.timestamps import parse_timestamp
from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.model.raw_record import NORMALIZED_CHANGE, RawRecord, payload_hash


def read_change(payload: Any, now: datetime) -> RawRecord:
    """The raw record of a change. Unknown sources become `custom_api`; a missing kind becomes `change`.

    A change without a time was made when it first arrived. Without an `external_id` it is identified by its
    content, its time included, so that sending it twice makes one change and two like it are two.
    """
    change = require_object(payload)
    errors = CHANGE_RULES.find_errors(change, now)
    if errors:
        raise IngestError(errors)
    source = take_source(change)
    fields = _clean(change)
    if "external_id" not in fields:
        fields.setdefault("changed_at", now.isoformat())
        fields["external_id"] = payload_hash(fields)[:32]
    return build_raw_record(source, fields, kind=NORMALIZED_CHANGE, channel="ingest")


def _clean(change: dict[str, Any]) -> dict[str, Any]:
    """Trimmed texts and times in UTC; fields that the product does not know stay as they came."""
    fields: dict[str, Any] = {"kind": ChangeKind.CHANGE.value}
    for name, value in change.items():
        cleaned = value
        if name in CHANGE_RULES.times:
            cleaned = parse_timestamp(value, TimeFormat.ISO).isoformat()
        elif name in CHANGE_RULES.max_lengths:
            cleaned = value.strip()
        if cleaned not in (None, ""):
            fields[name] = cleaned
    return fields
