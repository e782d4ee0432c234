"""Events that programs send."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.http.openapi import FieldProblem

BATCH_LIMIT = 500


class IngestEvent(BaseModel):
    """A failure event in the product's field names; other fields become attributes."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "required": ["title"],
            "examples": [{"external_id": "INC-1", "title": "Checkout times out", "service": "checkout"}],
        },
    )


class IngestStatus(StrEnum):
    """`accepted`: new; `updated`: a newer version; `duplicate`: stored already."""

    ACCEPTED = "accepted"
    UPDATED = "updated"
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

    events: list[Any] = Field(min_length=1, max_length=BATCH_LIMIT)


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
    """How many log records were not taken, and why."""

    rejectedLogRecords: str  # noqa: N815 the name of the standard
    errorMessage: str  # noqa: N815


class LogsAccepted(BaseModel):
    """The answer to an export of logs: empty where all of them were taken."""

    partialSuccess: PartialSuccess | None = None  # noqa: N815


class BatchResult(BaseModel):
    """The result of a batch: received = new + updated + duplicate + rejected."""

    received: int
    new: int
    updated: int
    duplicate: int
    rejected: int
    accepted: list[AcceptedEvent]
    errors: list[RejectedRecord]
