"""Identities of failures, and claims that somebody works on one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.assignments.schemas import Assignee
from api.field_types.texts import Trimmed
from api.seen_before.schemas import Failure, KnownTicket
from causeloop_pipeline.model.pattern import PatternStatus

MAX_NOTE = 2_000
WEB_ADDRESS = r"^https?://[^\s<>\"]+$"


class ClaimRequest(Failure):
    """A failure that somebody takes on. Equal claims, however many, make one claim and one ticket."""

    note: Annotated[str, Trimmed(MAX_NOTE)] | None = None
    ticket_url: Annotated[str, Field(max_length=2_000, pattern=WEB_ADDRESS)] | None = Field(
        None, description="The ticket that is open for it already"
    )
    connector_id: UUID | None = Field(None, description="Open a ticket through this connector, once")


class IdentifiedPattern(BaseModel):
    """The pattern that a failure belongs to."""

    id: UUID
    name: str
    status: PatternStatus
    probability: float
    url: str


class Claim(BaseModel):
    """Who works on a failure."""

    id: UUID
    title: str
    claimed_by: str
    claimed_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    claimed_at: datetime
    note: str | None
    ticket_url: str | None
    last_seen_at: datetime | None
    recurrence_count: int
    released_at: datetime | None


class Identity(BaseModel):
    """What a failure is called, whoever asks and whenever, and who works on it."""

    identity: str
    is_known: bool = Field(description="Whether a stored failure or a claim has this identity")
    pattern: IdentifiedPattern | None
    claim: Claim | None
    assignee: Assignee | None
    tickets: list[KnownTicket] = Field(description="Open, queued or done; the newest first")


class ClaimedIdentity(Identity):
    """The identity with its claim."""

    is_new_claim: bool = Field(description="Whether this request made the claim")
