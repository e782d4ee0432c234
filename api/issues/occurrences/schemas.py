"""Occurrences of issues."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.field_types.instants import Instant
from api.http.pagination import PageRequest


class OccurrenceFilters(PageRequest):
    """Filters of a list of occurrences."""

    started_from: Instant | None = Field(None, description="`started_at` at or after")
    started_before: Instant | None = Field(None, description="`started_at` before")


class Occurrence(BaseModel):
    """One time that an issue occurred."""

    issue_id: UUID
    issue_title: str
    pattern_id: UUID | None
    started_at: datetime
    ended_at: datetime | None = Field(description="Null: it goes on, or nobody knows when it ended")
    count: int = Field(
        description="How many events it stands for: more than 1 in an hour or day of a group of events"
    )
