"""A change of the ingest API, in the product's own field names: checked field by field, then kept raw."""

import hashlib
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.spec import Times
from causeloop_pipeline.landing.inbound.ingest_event import (
    IngestError,
    choice_errors,
    json_object,
    product_record,
    text_errors,
    time_errors,
)
from causeloop_pipeline.landing.timestamps import instant
from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.model.issue import DEFAULT_SOURCE, TITLE_LIMIT
from causeloop_pipeline.model.raw_record import NORMALIZED_CHANGE, RawRecord, canonical_json

LIMITS = {
    "external_id": 512,
    "title": TITLE_LIMIT,
    "service": 200,
    "environment": 200,
    "external_url": 2_000,
}
CHOICES = {"kind": tuple(ChangeKind)}
TIMES = ("changed_at", "source_updated_at")


def change_record(payload: Any, now: datetime) -> RawRecord:
    """The raw record of a change. Unknown sources become `custom_api`; a missing kind becomes `change`.

    A change without a time was made when it first arrived. Without an `external_id` it is identified by its
    content, its time included, so that sending it twice makes one change and two like it are two.
    """
    change = json_object(payload)
    errors = [
        *text_errors(change, LIMITS),
        *choice_errors(change, CHOICES),
        *time_errors(change, TIMES, now),
    ]
    if errors:
        raise IngestError(errors)
    source = str(change.pop("source", None) or DEFAULT_SOURCE)
    clean = _clean(change)
    if "external_id" not in clean:
        clean.setdefault("changed_at", now.isoformat())
        clean["external_id"] = hashlib.sha256(canonical_json(clean)).hexdigest()[:32]
    return product_record(source, clean, kind=NORMALIZED_CHANGE, door="ingest")


def _clean(change: dict[str, Any]) -> dict[str, Any]:
    """Trimmed texts and times in UTC; fields that the product does not know are kept as they came."""
    clean: dict[str, Any] = {"kind": ChangeKind.CHANGE.value}
    for name, value in change.items():
        told = instant(value, Times.ISO).isoformat() if name in TIMES else value
        told = told.strip() if name in LIMITS else told
        if told not in (None, ""):
            clean[name] = told
    return clean
