"""Patterns, their members, how often they strike, and what people say about them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.http.pagination import PageRequest
from api.schemas.detect.issues import IssueSummary
from causeloop_pipeline.model.pattern import LineageKind, PatternStatus

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class PatternFilters(PageRequest):
    """What patterns can be narrowed to."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Words of the pattern's name")
    status: list[PatternStatus] | None = None
    cluster_id: UUID | None = None
    min_confidence: float | None = Field(None, ge=0, le=1)
    min_risk_score: float | None = Field(None, ge=0, le=100)


class Pattern(BaseModel):
    """Issues that share one root cause."""

    id: UUID
    name: str
    kind: str
    status: PatternStatus
    confidence: float
    risk_score: float | None
    fingerprint: dict[str, Any]
    issue_count: int
    first_seen_at: datetime
    last_seen_at: datetime
    mttr_seconds: int | None
    resolved_at: datetime | None
    reopened_at: datetime | None
    cluster_id: UUID | None


class ClosureNote(BaseModel):
    """What a team says it did about a pattern."""

    id: UUID
    note: str
    made_by: str
    made_at: datetime


class PatternDetail(Pattern):
    """A pattern with what was said about it."""

    closure_notes: list[ClosureNote]


class MemberFilters(PageRequest):
    """Members of a pattern, newest first or by similarity."""


class Member(IssueSummary):
    """Why an issue is in its pattern, and what kept it from the next one."""

    similarity: float
    confidence: float
    reason: Any
    nearest_pattern_id: UUID | None
    nearest_missing: str | None


class MembershipState(StrEnum):
    """Where an issue stands: in a pattern, unlike any other, or not grouped yet as it reads now."""

    MEMBER = "member"
    ALONE = "alone"
    WAITING = "waiting"


class DecidedBy(StrEnum):
    """What put an issue into its pattern: the same message or stack trace, likeness, or a person."""

    RULE = "rule"
    LIKENESS = "likeness"
    PERSON = "person"


class NamedPattern(BaseModel):
    """A pattern as far as another answer names it."""

    id: UUID
    name: str
    status: PatternStatus
    confidence: float
    issue_count: int


class FactKind(StrEnum):
    """Whether a person said that two issues belong together, or that they do not."""

    MUST = "must"
    CANNOT = "cannot"


class PairFact(BaseModel):
    """What a person said of the issue and another one."""

    kind: FactKind
    issue_id: UUID
    issue_title: str | None = Field(description="null: the other issue is not there at present")
    pattern_id: UUID | None
    made_by: str
    made_at: datetime
    reason: str | None


class Membership(BaseModel):
    """Why an issue is in its pattern, the nearest pattern it was not put into, and what was missing there."""

    issue_id: UUID
    state: MembershipState
    pattern: NamedPattern | None
    decided_by: DecidedBy | None
    similarity: float | None
    confidence: float | None
    reason: Any
    nearest_pattern: NamedPattern | None
    nearest_missing: str | None
    template: str | None = Field(description="Its message with what varies marked; null: it has none")
    facts: list[PairFact] = Field(description="What people said of it, newest first, at most 50")


class Bucket(StrEnum):
    """How long a bar of the frequency chart is."""

    DAY = "day"
    WEEK = "week"


class FrequencyRequest(BaseModel):
    """How far back, in which buckets."""

    model_config = ConfigDict(extra="forbid")

    bucket: Bucket = Bucket.DAY
    days: int = Field(90, ge=1, le=730)


class FrequencyBucket(BaseModel):
    """Issues that began in one bucket, which starts at midnight in the workspace's time zone."""

    start: str
    count: int


class Frequency(BaseModel):
    """How often a pattern struck."""

    pattern_id: UUID
    bucket: Bucket
    timezone: str
    data: list[FrequencyBucket]


class LineageStep(BaseModel):
    """One move of a pattern's issues."""

    old_pattern_id: UUID
    new_pattern_id: UUID
    kind: LineageKind
    issue_count: int
    reason: str
    at: datetime


class Lineage(BaseModel):
    """Where an id's issues are today, and how they came there."""

    id: UUID
    current_ids: list[UUID]
    steps: list[LineageStep]


class LinkRequest(BaseModel):
    """Put an issue into a pattern, for ever."""

    model_config = ConfigDict(extra="forbid")

    pattern_id: UUID
    reason: Reason | None = None


class UnlinkRequest(BaseModel):
    """Take an issue out of its pattern (or of the given one), for ever."""

    model_config = ConfigDict(extra="forbid")

    pattern_id: UUID | None = None
    reason: Reason | None = None


class MergeRequest(BaseModel):
    """These patterns are one."""

    model_config = ConfigDict(extra="forbid")

    pattern_ids: list[UUID] = Field(min_length=1, max_length=50, description="Merged into the path's pattern")
    reason: Reason | None = None


class SplitRequest(BaseModel):
    """These issues are a pattern of their own."""

    model_config = ConfigDict(extra="forbid")

    issue_ids: list[UUID] = Field(min_length=1, max_length=1_000)
    reason: Reason | None = None


class ConfirmRequest(BaseModel):
    """Whether a pattern's issues (or the given two) belong together."""

    model_config = ConfigDict(extra="forbid")

    together: bool = True
    left_issue_id: UUID | None = None
    right_issue_id: UUID | None = None


class NewClosureNote(BaseModel):
    """What was done about a pattern."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]


class Correction(BaseModel):
    """Facts that a person's word became, and the job that applies them."""

    constraints: int
    job_id: UUID


class Verdict(BaseModel):
    """A person's word on a grouping."""

    id: UUID


class SimilarIssue(IssueSummary):
    """An issue that reads like another: how likely both have one cause, and the rare words they share."""

    similarity: float
    terms: list[str]


class SimilarRequest(BaseModel):
    """How many similar issues."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(10, ge=1, le=50)
