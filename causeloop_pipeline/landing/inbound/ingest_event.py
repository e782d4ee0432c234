"""An event of the ingest API, in the product's own field names: checked field by field, then kept raw."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Times
from causeloop_pipeline.landing.inbound.field_mapping import PRODUCT_FIELDS, TIME_FIELDS
from causeloop_pipeline.landing.json_guard import GuardError, guarded
from causeloop_pipeline.landing.timestamps import InstantError, instant
from causeloop_pipeline.model.issue import (
    DEFAULT_SEVERITY,
    DEFAULT_SOURCE,
    TITLE_LIMIT,
    IssueStatus,
    Severity,
)
from causeloop_pipeline.model.raw_record import NORMALIZED, Door, RawRecord, canonical_json, payload_hash

LIMITS = {
    "external_id": 512,
    "title": TITLE_LIMIT,
    "body": 1_000_000,
    "service": 200,
    "error_type": 200,
    "team": 200,
    "environment": 200,
    "external_url": 2_000,
}
CHOICES = {"severity": tuple(Severity), "status": tuple(IssueStatus)}
AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class FieldError:
    """What is wrong, and where: a JSON pointer into the event."""

    pointer: str
    message: str


class IngestError(ValueError):
    """The event cannot be taken; `errors` names every bad field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.message}" for error in errors))
        self.errors = errors


def ingest_record(payload: Any, now: datetime, *, door: Door = "ingest") -> RawRecord:
    """The raw record of an event. Unknown sources become `custom_api`; a missing severity becomes p3.

    Fields that the product does not know are kept under `attributes`. An event without an `external_id` is
    identified by its content, so that sending it twice makes one issue.
    """
    event = json_object(payload)
    errors = [
        *text_errors(event, LIMITS),
        *choice_errors(event, CHOICES),
        *time_errors(event, TIME_FIELDS, now),
    ]
    if not isinstance(event.get("attributes", {}), dict):
        errors.append(FieldError("/attributes", "must be an object"))
    if errors:
        raise IngestError(errors)
    source = str(event.pop("source", None) or DEFAULT_SOURCE)
    clean = _clean(event)
    clean.setdefault("external_id", hashlib.sha256(canonical_json(clean)).hexdigest()[:32])
    return product_record(source, clean, kind=NORMALIZED, door=door)


def product_record(source: str, clean: dict[str, Any], *, kind: str, door: Door) -> RawRecord:
    """The raw record of what is in the product's own words and identified."""
    updated_at = clean.get("source_updated_at")
    return RawRecord(
        source=source if source in CONNECTORS else DEFAULT_SOURCE,
        external_id=clean["external_id"],
        payload=clean,
        payload_hash=payload_hash(clean),
        source_updated_at=datetime.fromisoformat(updated_at) if updated_at else None,
        kind=kind,
        door=door,
    )


def json_object(payload: Any) -> dict[str, Any]:
    """What was handed in, made safe to keep, without its nulls; IngestError where it is no object."""
    try:
        payload, _ = guarded(payload)
    except GuardError as error:
        raise IngestError([FieldError("", str(error))]) from None
    if not isinstance(payload, dict):
        raise IngestError([FieldError("", "an event must be an object")])
    return {key: value for key, value in payload.items() if value is not None}


def text_errors(event: Mapping[str, Any], limits: Mapping[str, int]) -> list[FieldError]:
    """What is wrong with the texts: the title is required, all others must only fit."""
    errors = []
    if not str(event.get("title", "")).strip():
        errors.append(FieldError("/title", f"is required: 1 to {TITLE_LIMIT} characters"))
    for name, limit in limits.items():
        value = event.get(name)
        if value is not None and not isinstance(value, str):
            errors.append(FieldError(f"/{name}", "must be a text"))
        elif value is not None and len(value.strip()) > limit:
            errors.append(FieldError(f"/{name}", f"must have at most {limit:,} characters"))
    if "source" in event and not isinstance(event["source"], str):
        errors.append(FieldError("/source", "must be a text"))
    return errors


def choice_errors(event: Mapping[str, Any], choices: Mapping[str, Sequence[str]]) -> list[FieldError]:
    """Values that are none of the product's words."""
    return [
        FieldError(f"/{name}", f"must be one of {', '.join(allowed)}")
        for name, allowed in choices.items()
        if name in event and event[name] not in allowed
    ]


def time_errors(event: Mapping[str, Any], names: Sequence[str], now: datetime) -> list[FieldError]:
    """Times that cannot be read or lie ahead."""
    errors = []
    for name in names:
        try:
            if name in event and instant(event[name], Times.ISO) > now + AHEAD:
                errors.append(FieldError(f"/{name}", "lies in the future"))
        except InstantError:
            errors.append(FieldError(f"/{name}", "must be an ISO 8601 time such as 2026-03-01T09:30:00Z"))
    return errors


def _clean(event: dict[str, Any]) -> dict[str, Any]:
    """Trimmed texts, times in UTC, and all that is no product field under `attributes`."""
    clean: dict[str, Any] = {"severity": DEFAULT_SEVERITY.value}
    for name in PRODUCT_FIELDS:
        value = event.pop(name, None)
        if name in TIME_FIELDS and value is not None:
            value = instant(value, Times.ISO).isoformat()
        value = value.strip() if isinstance(value, str) else value
        if value not in (None, ""):
            clean[name] = value
    clean["attributes"] = event | clean.get("attributes", {})
    return clean
