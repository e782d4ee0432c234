"""Patterns, their members, frequency and lineage."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.assignments.schemas import Assignee
from api.field_types.assignees import Assignees
from api.field_types.instants import PossibleInstant
from api.field_types.refusals import incomplete_change
from api.field_types.texts import Trimmed
from api.http.exclusions import ExcludingPageRequest
from api.http.pagination import PageRequest
from api.issues.schemas import IssueSummary
from api.owners.schemas import Owner
from causeloop_pipeline.model.pattern import LineageKind, PatternStatus, TextKind


class PatternFilters(ExcludingPageRequest):
    """Filters of the list of patterns; a repeated filter matches any of its values."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Full text of the name")
    status: list[PatternStatus] | None = None
    service: list[str] | None = Field(None, description="Those with an issue of this service")
    team: list[str] | None = Field(None, description="Those with an issue of this team")
    owner: list[str] | None = Field(None, description="Those that one of these owns")
    assignee: Assignees = Field(None, description="Those that one of these takes care of")
    snoozed: bool | None = Field(None, description="Those that send no alerts now, or those that do")
    cluster_id: UUID | None = None
    min_confidence: float | None = Field(None, ge=0, le=1)
    min_risk_score: float | None = Field(None, ge=0, le=100)
    recommendation_id: UUID | None = Field(None, description="Those that a recommendation is for")


class Quiet(BaseModel):
    """How long a pattern has been silent, and the gap that nine of ten of its gaps do not exceed."""

    silent_days: int
    typical_gap_days: float


class Pattern(BaseModel):
    """Issues that share one root cause."""

    id: UUID
    name: str
    kind: TextKind
    status: PatternStatus
    confidence: float = Field(description="Probability that the grouping is right")
    risk_score: float | None
    fingerprint: dict[str, Any] = Field(description="Signal dimension → the value that the issues share")
    issue_count: int
    occurrence_count: int = Field(description="How often its issues occurred: at least once each")
    first_seen_at: datetime = Field(description="When the first of its occurrences began")
    last_seen_at: datetime = Field(description="When the last of its occurrences began")
    mttr_seconds: int | None = Field(description="Median time from an occurrence's start to its end")
    resolved_at: datetime | None
    reopened_at: datetime | None
    cluster_id: UUID | None
    quiet: Quiet | None = Field(description="Silent far beyond its rhythm; null: it is not, or has no rhythm")
    snoozed_until: datetime | None = Field(description="It sends no alerts until then")
    assignee: Assignee | None
    owner: Owner | None


class PatternChange(BaseModel):
    """What people set for a pattern; absent fields keep their value."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    name: Annotated[str, Trimmed(300)] | None = Field(
        None, description="A name of your own; null: the one that the grouping gives it at its next run"
    )
    snoozed_until: PossibleInstant | None = Field(
        None, description="It sends no alerts until then; null: it does"
    )

    @model_validator(mode="after")
    def check_changes(self) -> "PatternChange":
        """Require at least one field."""
        if not self.model_fields_set:
            raise incomplete_change("send at least one field to change")
        return self


class ClosureNote(BaseModel):
    """A note on how a pattern was fixed."""

    id: UUID
    note: str
    made_by: str
    made_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    made_at: datetime
    withdrawn_at: datetime | None = Field(
        None, description="Since when it no longer counts, because the pattern was reopened"
    )


class PatternDetail(Pattern):
    """A pattern with its closure notes."""

    closure_notes: list[ClosureNote]


class PatternMemberFilters(PageRequest):
    """Filters of the list of a pattern's issues."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Full text of title and body")
    template_key: str | None = Field(
        None, min_length=1, max_length=200, description="Only issues of one group, by its `template_key`"
    )


class MemberGroup(BaseModel):
    """The issues of a pattern whose text is the same but for its variable parts."""

    template_key: str
    template: str
    count: int
    first_seen_at: datetime
    last_seen_at: datetime


class PatternMember(IssueSummary):
    """An issue of a pattern, with the reason for its membership and the nearest other pattern."""

    similarity: float
    confidence: float
    reason: Any
    nearest_pattern_id: UUID | None
    nearest_missing: str | None = Field(description="Why the issue is not in the nearest other pattern")


class Bucket(StrEnum):
    """The period that one bar of the frequency chart covers."""

    DAY = "day"
    WEEK = "week"


class FrequencyRequest(BaseModel):
    """The period and the bucket size of the frequency chart."""

    model_config = ConfigDict(extra="forbid")

    bucket: Bucket = Bucket.DAY
    days: int = Field(90, ge=1, le=730, description="Days up to today")


class FrequencyBucket(BaseModel):
    """The occurrences that began in one bucket, which starts at midnight in the workspace's time zone."""

    start: str
    count: int


class FrequencyTime(BaseModel):
    """The occurrences that began in one hour of a weekday, in the workspace's time zone."""

    weekday: int = Field(description="1, Monday, to 7, Sunday", ge=1, le=7)
    hour: int = Field(description="0 to 23", ge=0, le=23)
    count: int


class Frequency(BaseModel):
    """How often a pattern occurred."""

    pattern_id: UUID
    bucket: Bucket
    timezone: str
    data: list[FrequencyBucket]
    times: list[FrequencyTime] = Field(description="By weekday and hour; hours with none are left out")


class LineageStep(BaseModel):
    """One move of issues from a pattern to another."""

    old_pattern_id: UUID
    new_pattern_id: UUID
    kind: LineageKind
    issue_count: int
    reason: str
    at: datetime


class Lineage(BaseModel):
    """The patterns that hold a pattern id's issues today, and how the issues moved there."""

    id: UUID
    current_ids: list[UUID] = Field(description="The one that most of them went to first")
    steps: list[LineageStep] = Field(description="How issues left it, and where they went from there")
    arrivals: list[LineageStep] = Field(description="How issues came to it from others, the newest 50")
