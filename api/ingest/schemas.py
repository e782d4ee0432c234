"""Events that programs send."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.http.openapi import FieldProblem
from causeloop_pipeline.landing.inbound.product_fields import EVENT_RULES, FieldRules
from causeloop_pipeline.model.issue import TITLE_LIMIT, VISIBLE

BATCH_LIMIT = 500


def describe_fields(rules: FieldRules, **others: JsonValue) -> dict[str, JsonValue]:
    """The JSON schema of what the fields of an event or a change may hold."""
    texts = {
        name: {"type": ["string", "null"], "maxLength": most} for name, most in rules.max_lengths.items()
    }
    choices = {name: {"enum": [*allowed, None]} for name, allowed in rules.choices.items()}
    times = {name: {"type": ["string", "null"], "format": "date-time"} for name in rules.times}
    properties: dict[str, Any] = {
        "source": {"type": ["string", "null"]},
        **texts,
        "title": {"type": "string", "maxLength": TITLE_LIMIT, "pattern": VISIBLE},
        **choices,
        **times,
        **others,
    }
    properties["external_url"]["pattern"] = "^([hH][tT][tT][pP][sS]?://|$)"
    return {"type": "object", "required": ["title"], "properties": properties}


class IngestEvent(BaseModel):
    """A failure event in the product's field names; other fields become attributes."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            **describe_fields(EVENT_RULES, attributes={"type": ["object", "null"]}),
            "examples": [{"external_id": "INC-1", "title": "Checkout times out", "service": "checkout"}],
        },
    )


class IngestStatus(StrEnum):
    """`accepted`: new; `updated`: a newer version; `ignored`: an older one; `duplicate`: stored already."""

    ACCEPTED = "accepted"
    UPDATED = "updated"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"


class IngestedEvent(BaseModel):
    """A stored event; after the next run its issue has this id."""

    issue_id: UUID
    source: str
    external_id: str
    status: IngestStatus


class BatchRequest(BaseModel):
    """1 to 500 events; each is accepted or rejected on its own."""

    model_config = ConfigDict(extra="forbid")

    events: list[Any] = Field(
        min_length=1,
        max_length=BATCH_LIMIT,
        json_schema_extra={"items": {"$ref": "#/components/schemas/IngestEvent"}},
    )


class AcceptedEvent(BaseModel):
    """A stored event of a batch."""

    index: int
    issue_id: UUID
    source: str
    external_id: str


class RejectedRecord(BaseModel):
    """A rejected record of a batch, with its invalid fields."""

    index: int
    errors: list[FieldProblem]


class PartialSuccess(BaseModel):
    """How many log records or spans were not taken, and why."""

    rejectedLogRecords: str | None = None  # noqa: N815 the name of the standard
    rejectedSpans: str | None = None  # noqa: N815
    errorMessage: str  # noqa: N815


class ExportTaken(BaseModel):
    """The answer to an export of logs or traces: empty where all of it was taken."""

    partialSuccess: PartialSuccess | None = None  # noqa: N815


class BatchResult(BaseModel):
    """The result of a batch: received = new + updated + ignored + duplicate + rejected."""

    received: int
    new: int
    updated: int
    ignored: int = Field(description="Versions older than the newest one: they change no issue")
    duplicate: int
    rejected: int
    accepted: list[AcceptedEvent]
    errors: list[RejectedRecord]
