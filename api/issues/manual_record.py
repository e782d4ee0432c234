"""Builds the raw record of an issue that is reported by hand."""

import hashlib
import uuid
from datetime import UTC, datetime

from api.access.caller import Caller
from api.ingest.records import parse_event
from api.issues.schemas import NewIssue
from causeloop_pipeline.model.raw_record import RawRecord


def build_manual_record(new: NewIssue, caller: Caller, idempotency_key: str | None) -> RawRecord:
    """The record of an issue reported by hand; the same Idempotency-Key gives the same external id."""
    identity = f"{caller.workspace_id}|{caller.actor}|{idempotency_key}".encode()
    external_id = hashlib.sha256(identity).hexdigest()[:32] if idempotency_key else uuid.uuid4().hex
    defaults = {"external_id": external_id, "source_updated_at": datetime.now(UTC).isoformat()}
    return parse_event({**defaults, **new.model_dump(mode="json", exclude_none=True)}, "manual")
