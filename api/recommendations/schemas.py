"""Recommendations, their progress, tickets and proofs."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from api.assignments.schemas import Assignee
from api.field_types.assignees import Assignees
from api.field_types.instants import Day, PossibleInstant
from api.field_types.numbers import WHOLE
from api.field_types.refusals import incomplete_change
from api.field_types.texts import OneLine, Trimmed
from api.http.exclusions import ExcludingPageRequest
from api.owners.schemas import Owner
from causeloop_pipeline.model.expectation import ExpectationKind, ExpectationStatus
from causeloop_pipeline.model.proof import ExposureUnit, LeftOutReason, Verdict
from causeloop_pipeline.model.recommendation import (
    Effort,
    RecommendationImpact,
    RecommendationStatus,
    RecommendationType,
    TicketStatus,
)


class RecommendationFilters(ExcludingPageRequest):
    """Filters of the list of recommendations; a repeated filter matches any of its values."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Full text of the title")
    status: list[RecommendationStatus] | None = None
    type: list[RecommendationType] | None = None
    effort: list[Effort] | None = None
    impact: list[RecommendationImpact] | None = None
    pattern_id: UUID | None = None
    service: list[str] | None = Field(None, description="Those of patterns with an issue of this service")
    owner: list[str] | None = Field(None, description="Those that one of these owns")
    assignee: Assignees = Field(None, description="Those that one of these takes care of")


class Factor(BaseModel):
    """One of the numbers whose product is what a fix would prevent, and where it comes from."""

    name: str
    value: float
    text: str
    source: str


class Recommendation(BaseModel):
    """A ranked remediation; `expected_low` and `expected_high` bound the loops that it would prevent."""

    id: UUID
    rank: int | None
    title: str
    type: RecommendationType
    status: RecommendationStatus
    effort: Effort
    impact: RecommendationImpact
    expected_loops_prevented: float
    expected_low: float
    expected_high: float
    pattern_ids: list[UUID]
    rationale: str
    factors: list[Factor]
    score: float
    computed_at: datetime
    assignee: Assignee | None
    owner: Owner | None


class PlanStep(BaseModel):
    """A step of the plan, and who ticked it."""

    index: int
    text: str
    done: bool
    changed_by: str | None
    changed_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    changed_at: datetime | None


class LeftOut(BaseModel):
    """Occurrences that say nothing of a fix, of one reason and provider."""

    reason: LeftOutReason
    provider: str | None = Field(None, description="The provider that caused them, if one did")
    before: int = Field(description="How many were before the fix")
    since: int = Field(description="How many were since the fix")


class Proof(BaseModel):
    """Whether a claimed fix held for one pattern."""

    pattern_id: UUID
    verdict: Verdict
    events_before: int
    days_before: float
    events_after: int
    days_after: float
    expected_after: float | None = Field(
        description="Active days, or turns of a rhythm, to be expected since with nothing changed; null: "
        "no day observed"
    )
    turns_kept: int | None = Field(description="Turns of its rhythm that came since; null: it has no rhythm")
    turns_due: int | None = Field(description="Turns of its rhythm that were due since")
    rate_ratio: float | None = Field(
        description="Rate after over rate before; null: not even one active day was to be expected yet"
    )
    rate_ratio_low: float | None
    rate_ratio_high: float | None
    probability_halved: float | None = Field(description="Null: no day observed")
    earliest_proof_date: date | None = Field(
        description="The day on which silence will have proven the fix, or did"
    )
    exposure_unit: ExposureUnit | None = Field(
        description="What its rates are measured by, days being usual days' worth of it; null: by days"
    )
    exposure_before: int | None
    exposure_after: int | None
    exposure_needed: int | None = Field(
        description="The exposure since the fix with which silence will have proven it, or did"
    )
    left_out: list[LeftOut] = Field(description="What was not counted on either side of the fix, and why")
    text: str
    computed_at: datetime


class FixRecord(BaseModel):
    """How far the word “held” can be trusted in this workspace."""

    fixes: int = Field(description="Claimed fixes and patterns with a proof")
    held: int = Field(description="Fixes with the verdict held, whatever came later")
    watched: int = Field(
        description="Of these, those that came back within 90 days or were watched for as long"
    )
    came_back: int = Field(description="Of these, those whose pattern recurred within 90 days")
    share_came_back: float | None = Field(
        description="came_back / watched; null: none was watched long enough"
    )


class Ticket(BaseModel):
    """The ticket of a recommendation in the team's tracker."""

    recommendation_id: UUID
    connector_id: UUID
    status: TicketStatus
    external_id: str | None
    external_url: str | None
    error: str | None
    target: str | None = Field(
        None, description="The repository or project; null: the one that the connector names"
    )
    pushed_by: str
    pushed_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    pushed_at: datetime


class Fix(BaseModel):
    """A claim that a pattern was fixed."""

    pattern_id: UUID
    fixed_at: datetime
    expected_loops_prevented: float
    claimed_by: str
    claimed_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    withdrawn_at: datetime | None
    fixed_in: str | None = Field(
        description="The version that it came in: recurrences in an earlier one do not count against it"
    )


class Expectation(BaseModel):
    """What must stay true after a fix, and whether it has."""

    id: UUID
    kind: ExpectationKind
    pattern_id: UUID | None = Field(description="Which pattern; null: it is about a job")
    service: str | None = Field(description="Where; null: anywhere")
    job: str | None = Field(description="Which job; null: it is about a pattern")
    most: int | None = Field(description="How often the pattern may occur in a week")
    until: date | None = Field(description="The last day on which it must be true; null: forever")
    made_by: str
    made_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    made_at: datetime
    status: ExpectationStatus
    broken_at: datetime | None = Field(description="When it was broken")
    text: str | None = Field(description="What was observed; null: not evaluated, or no fix is claimed yet")
    evaluated_at: datetime | None = Field(description="Null: not evaluated yet")


class Note(BaseModel):
    """A note on the progress."""

    note: str
    made_by: str
    made_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    made_at: datetime


class RecommendationDetail(Recommendation):
    """A recommendation with its plan, notes, ticket, claimed fixes and proofs."""

    steps: list[PlanStep]
    notes: list[Note]
    ticket: Ticket | None
    fixes: list[Fix]
    expectations: list[Expectation]
    proofs: list[Proof]


class Progress(BaseModel):
    """A new status, a ticked or unticked step, or a note."""

    model_config = ConfigDict(extra="forbid")

    status: RecommendationStatus | None = None
    step: Annotated[int, Field(ge=0, le=100), WHOLE] | None = Field(
        None, description="Index of a step, counted from 0; needs `step_done`"
    )
    step_done: StrictBool | None = None
    note: Annotated[str, Trimmed(5_000)] | None = None
    fixed_at: PossibleInstant | None = Field(
        None, description="With status `implemented`: when the fix took effect, by default now"
    )
    fixed_on: Day | None = Field(
        None,
        description="Instead of `fixed_at`: the day on which it took effect, in the workspace's time zone",
    )

    fixed_in: Annotated[str, Trimmed(200)] | None = Field(
        None,
        description="With status `implemented`: the version that the fix came in; recurrences in an earlier "
        "one do not count against it",
    )

    @model_validator(mode="after")
    def check_fields(self) -> "Progress":
        """Require a change, `step` with `step_done`, and `fixed_at` or `fixed_in` only with `implemented`."""
        if self.status is None and self.step is None and self.note is None:
            raise incomplete_change("send a status, a step or a note")
        if (self.step is None) != (self.step_done is None):
            raise incomplete_change("step and step_done must be sent together")
        if (self.fixed_at or self.fixed_on) and self.status != RecommendationStatus.IMPLEMENTED:
            raise incomplete_change("fixed_at and fixed_on can be sent only with status implemented")
        if self.fixed_in and self.status != RecommendationStatus.IMPLEMENTED:
            raise incomplete_change("fixed_in can be sent only with status implemented")
        if self.fixed_at and self.fixed_on:
            raise incomplete_change("send fixed_at or fixed_on, not both")
        return self


class PushRequest(BaseModel):
    """The connector of the tracker to open the ticket in, and the repository or project there."""

    model_config = ConfigDict(extra="forbid")

    connector_id: UUID
    target: Annotated[str, OneLine(300)] | None = Field(
        None, description="A repository or project that the connector names; by default that of the service"
    )


class TrackerTargets(BaseModel):
    """A tracker, and where in it the ticket would be opened."""

    connector_id: UUID
    display_name: str
    targets: list[str] = Field(description="Repositories or projects that the connector names")
    target: str | None = Field(description="The one that is chosen; null: the tracker has one place")
    reason: str = Field(description="Why that one")


class TicketTargets(BaseModel):
    """Where a ticket of a recommendation can be opened."""

    service: str | None = Field(description="The service of its patterns")
    repository: str | None = Field(description="The repository of that service, where it is named")
    data: list[TrackerTargets]
