"""Records in quarantine."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from api.http.pagination import PageRequest
from causeloop_pipeline.model.raw_record import Channel


class QuarantineFilters(PageRequest):
    """Parameters of the list of quarantined records."""


class QuarantinedRecord(BaseModel):
    """A record that could not become an issue or a change, and why."""

    id: UUID
    external_id: str | None
    channel: Channel
    reason: str
    received_at: datetime
    payload: str = Field(description="Its content, at most 20,000 characters")


class Drift(BaseModel):
    """Records that changed their shape, or never had a known one: the reason, since when, and a sample."""

    reason: str = Field(description="That of the newest one; others may differ in a number")
    records: int
    first_seen_at: datetime
    last_seen_at: datetime
    external_id: str | None
    channel: Channel
    sample: str = Field(description="The newest one's content, at most 2,000 characters")


class Replay(BaseModel):
    """How many records the next run reads again, and how many stay because they still cannot be read."""

    queued: int
    unreadable: int
