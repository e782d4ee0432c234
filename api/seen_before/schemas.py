"""A failure that somebody asks about, and what is known of it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.field_types.instants import PossibleInstant
from api.field_types.numbers import WHOLE
from api.field_types.texts import OneLine
from causeloop_pipeline.landing.failure_text import MAX_CHARACTERS
from causeloop_pipeline.model.pattern import PatternStatus
from causeloop_pipeline.model.proof import Verdict

MAX_MATCHES = 5
Dimension = Annotated[str, OneLine(300)]


class Failure(BaseModel):
    """A failure: a text of any kind, or an issue of the workspace."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_CHARACTERS,
        description="Words, a log line, a stack trace, or the JSON body of an alert",
    )
    issue_id: UUID | None = Field(None, description="Or an issue of the workspace")
    service: Dimension | None = None
    environment: Dimension | None = None
    version: Dimension | None = None
    occurred_at: PossibleInstant | None = Field(None, description="When it failed; null: now")

    @model_validator(mode="after")
    def check_failure(self) -> "Failure":
        """Require one of both."""
        if (self.text is None) == (self.issue_id is None):
            raise PydanticCustomError("one_of_both", "send either `text` or `issue_id`")
        return self


class SeenBeforeRequest(Failure):
    """A failure, and how many answers are wanted."""

    limit: Annotated[int, Field(ge=1, le=MAX_MATCHES), WHOLE] = MAX_MATCHES


class Reason(BaseModel):
    """Why a failure may have the cause of a pattern."""

    kind: str
    text: str
    terms: list[str]


class Difference(BaseModel):
    """Where a failure differs from the issue that it is most like."""

    field: str
    this: str | None
    theirs: str | None


class KnownPattern(BaseModel):
    """The pattern that a failure may repeat."""

    id: UUID
    name: str
    status: PatternStatus
    issue_count: int
    occurrence_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    mttr_seconds: int | None
    resolved_at: datetime | None
    reopened_at: datetime | None
    url: str


class NearestIssue(BaseModel):
    """The stored issue that a failure is most like."""

    id: UUID
    external_id: str
    title: str
    source: str
    service: str | None
    environment: str | None
    version: str | None
    status: str
    created_at: datetime
    external_url: str | None


class EarlierEnding(BaseModel):
    """How an earlier failure of the same cause ended."""

    issue_id: UUID
    external_id: str
    title: str
    status: str
    resolution: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    external_url: str | None


class TriedFix(BaseModel):
    """A fix that was claimed, and whether it held."""

    recommendation_id: UUID = Field(description="The recommendation, or the action item of a post-mortem")
    postmortem_id: UUID | None = Field(description="The post-mortem that it is an item of; null: of none")
    title: str
    fixed_at: datetime
    claimed_by: str
    claimed_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    withdrawn_at: datetime | None
    verdict: Verdict | None = Field(description="null: not judged yet")
    rate_ratio: float | None = Field(description="Recurrence rate after the fix divided by that before it")
    rate_ratio_low: float | None
    rate_ratio_high: float | None
    earliest_proof_date: date | None
    text: str | None


class NextDate(BaseModel):
    """When it is expected to recur."""

    window_days: int
    probability: float | None
    date_low: date | None
    date_median: date | None
    date_high: date | None
    likely_trigger: str | None


class KnownTicket(BaseModel):
    """A ticket about it."""

    status: str
    external_id: str | None
    external_url: str | None
    pushed_at: datetime


class FixNote(BaseModel):
    """What a person wrote about how it was fixed."""

    note: str
    made_by: str
    made_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    made_at: datetime


class Match(BaseModel):
    """What a failure may repeat: a pattern, or an earlier issue that is in none."""

    probability: float = Field(description="That both have the same cause, calibrated")
    similarity: float
    is_copy: bool = Field(description="Whether message, title or stack trace are the same")
    reasons: list[Reason]
    differences: list[Difference]
    pattern: KnownPattern | None
    nearest_issue: NearestIssue
    endings: list[EarlierEnding]
    notes: list[FixNote]
    fixes: list[TriedFix]
    next: NextDate | None
    tickets: list[KnownTicket]
    assignee: dict[str, Any] | None


class ReadAs(BaseModel):
    """What was read of the text."""

    title: str
    service: str | None
    environment: str | None


class SeenBefore(BaseModel):
    """The likeliest matches first; all probabilities and that of a new cause are at most one together."""

    new_probability: float = Field(description="That no stored failure has the same cause, calibrated")
    is_new: bool = Field(description="Whether a new cause is the likeliest answer")
    matches: list[Match]
    read_as: ReadAs
