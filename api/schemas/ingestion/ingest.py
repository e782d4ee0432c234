"""Events handed in by programs."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.http.openapi import FieldProblem

BATCH_LIMIT = 500


class IngestEvent(BaseModel):
    """One failure in the product's field names; fields that the product does not know become attributes."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "required": ["title"],
            "examples": [{"external_id": "INC-1", "title": "Checkout times out", "service": "checkout"}],
        },
    )


class IngestStatus(StrEnum):
    """What became of an event."""

    ACCEPTED = "accepted"
    UPDATED = "updated"
    DUPLICATE = "duplicate"


class Ingested(BaseModel):
    """An event that was stored; its issue appears under this id."""

    issue_id: UUID
    source: str
    external_id: str
    status: IngestStatus


class BatchRequest(BaseModel):
    """1 to 500 events, each taken or refused on its own."""

    model_config = ConfigDict(extra="forbid")

    events: list[Any] = Field(min_length=1, max_length=BATCH_LIMIT)


class Accepted(BaseModel):
    """An event of a batch that was stored."""

    index: int
    issue_id: UUID
    source: str
    external_id: str


class Refused(BaseModel):
    """An event of a batch that was not stored, and why."""

    index: int
    errors: list[FieldProblem]


class BatchAnswer(BaseModel):
    """What became of a batch: received = new + updated + duplicate + rejected."""

    received: int
    new: int
    updated: int
    duplicate: int
    rejected: int
    accepted: list[Accepted]
    errors: list[Refused]
