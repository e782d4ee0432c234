"""Deploys, releases and configuration changes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.instants import Instant
from api.http.exclusions import ExcludingPageRequest
from api.ingest.schemas import BATCH_LIMIT, IngestStatus, RejectedRecord, describe_fields
from causeloop_pipeline.landing.inbound.product_fields import CHANGE_RULES
from causeloop_pipeline.model.change import ChangeKind


class ChangeFilters(ExcludingPageRequest):
    """Filters of the list of changes; a repeated filter matches any of its values."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Full text of the title")
    kind: list[ChangeKind] | None = None
    source: list[str] | None = None
    service: list[str] | None = None
    environment: list[str] | None = None
    external_id: list[str] | None = None
    owner: list[str] | None = Field(None, description="Those of services that one of these owns")
    connector_id: UUID | None = None
    changed_from: Instant | None = Field(None, description="`changed_at` at or after")
    changed_before: Instant | None = Field(None, description="`changed_at` before")


class Change(BaseModel):
    """A deploy, release or configuration change, which may have triggered a failure."""

    id: UUID
    source: str
    external_id: str
    connector_id: UUID | None
    kind: ChangeKind
    title: str
    service: str | None = Field(description="The changed service; null: all services")
    environment: str | None
    external_url: str | None
    changed_at: datetime
    source_updated_at: datetime
    ingested_at: datetime


class IngestChange(BaseModel):
    """A change in the product's field names; `changed_at` defaults to the time of first arrival."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            **describe_fields(CHANGE_RULES),
            "examples": [
                {
                    "external_id": "release-4.12",
                    "kind": "deploy",
                    "service": "checkout",
                    "title": "checkout 4.12",
                    "changed_at": "2026-03-01T09:30:00Z",
                }
            ],
        },
    )


class IngestedChange(BaseModel):
    """A stored change; after the next run it is listed under this id."""

    change_id: UUID
    source: str
    external_id: str
    status: IngestStatus


class ChangeBatchRequest(BaseModel):
    """1 to 500 changes; each is accepted or rejected on its own."""

    model_config = ConfigDict(extra="forbid")

    changes: list[Any] = Field(
        min_length=1,
        max_length=BATCH_LIMIT,
        json_schema_extra={"items": {"$ref": "#/components/schemas/IngestChange"}},
    )


class AcceptedChange(BaseModel):
    """A stored change of a batch."""

    index: int
    change_id: UUID
    source: str
    external_id: str


class ChangeBatchResult(BaseModel):
    """The result of a batch: received = new + updated + ignored + duplicate + rejected."""

    received: int
    new: int
    updated: int
    ignored: int
    duplicate: int
    rejected: int
    accepted: list[AcceptedChange]
    errors: list[RejectedRecord]
