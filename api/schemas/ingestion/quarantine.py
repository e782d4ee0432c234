"""Records in quarantine."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.http.pagination import PageRequest


class QuarantineFilters(PageRequest):
    """Parameters of the list of quarantined records."""


class QuarantinedRecord(BaseModel):
    """A record that could not become an issue or a change, and why."""

    id: UUID
    external_id: str | None
    channel: str
    reason: str
    received_at: datetime
    payload: str = Field(description="Its content, at most 20,000 characters")


class Replay(BaseModel):
    """How many records the next run reads again, and how many stay because they still cannot be read."""

    queued: int
    unreadable: int
