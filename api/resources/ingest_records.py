"""Turns what the API takes in into raw records: the product's own field names are the payload."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.auth.authenticate import Caller
from api.http.errors import Problem
from api.schemas.detect.issues import NewIssue
from causeloop_pipeline.landing.inbound.ingest_change import change_record
from causeloop_pipeline.landing.inbound.ingest_event import FieldError, IngestError, ingest_record
from causeloop_pipeline.model.raw_record import Door, RawRecord


def manual_record(new: NewIssue, caller: Caller, idempotency_key: str | None) -> RawRecord:
    """An issue made by hand; a retry under one key names the same issue."""
    identity = f"{caller.workspace_id}|{caller.actor}|{idempotency_key}".encode()
    generated = hashlib.sha256(identity).hexdigest()[:32] if idempotency_key else uuid.uuid4().hex
    now = datetime.now(UTC).isoformat()
    given = new.model_dump(mode="json", exclude_none=True)
    return record_of(
        {"external_id": generated, "source_created_at": now, "source_updated_at": now, **given}, "manual"
    )


def record_of(event: Any, door: Door = "ingest") -> RawRecord:
    """One event as a raw record, or a problem that names each bad field."""
    try:
        return ingest_record(event, datetime.now(UTC), door=door)
    except IngestError as error:
        raise Problem(422, "validation_failed", str(error), errors=field_problems(error.errors)) from None


def change_of(change: Any) -> RawRecord:
    """One change as a raw record, or a problem that names each bad field."""
    try:
        return change_record(change, datetime.now(UTC))
    except IngestError as error:
        raise Problem(422, "validation_failed", str(error), errors=field_problems(error.errors)) from None


def field_problems(errors: Sequence[FieldError], prefix: str = "") -> list[dict[str, str]]:
    """Bad fields as the API tells them."""
    return [{"in": "body", "pointer": prefix + error.pointer, "detail": error.message} for error in errors]
