"""Issues."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from api.field_types.assignees import Assignees
from api.field_types.instants import Instant
from api.field_types.refusals import incomplete_change
from api.field_types.texts import Trimmed
from api.http.exclusions import ExcludingPageRequest
from causeloop_pipeline.model.issue import TITLE_LIMIT, IssueStatus, Severity

Title = Annotated[str, Trimmed(TITLE_LIMIT)]
ShortText = Annotated[str, Trimmed(200)]
Body = Annotated[str, StringConstraints(max_length=1_000_000)]


class IssueFilters(ExcludingPageRequest):
    """Filters of the list of issues; a repeated filter matches any of its values."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Full text of title and body")
    severity: list[Severity] | None = None
    status: list[IssueStatus] | None = None
    source: list[str] | None = None
    service: list[str] | None = None
    error_type: list[str] | None = None
    team: list[str] | None = None
    environment: list[str] | None = None
    external_id: list[str] | None = None
    owner: list[str] | None = Field(None, description="Those of services that one of these owns")
    assignee: Assignees = Field(None, description="Those of patterns that one of these takes care of")
    pattern_id: UUID | None = None
    connector_id: UUID | None = None
    created_from: Instant | None = Field(None, description="`source_created_at` at or after")
    created_before: Instant | None = Field(None, description="`source_created_at` before")


class IssueSummary(BaseModel):
    """An issue in a list, without its body."""

    id: UUID
    source: str
    external_id: str
    connector_id: UUID | None
    title: str
    severity: Severity
    status: IssueStatus
    service: str | None
    error_type: str | None
    team: str | None
    environment: str | None
    external_url: str | None
    source_created_at: datetime
    source_updated_at: datetime
    resolved_at: datetime | None
    ingested_at: datetime
    attributes: dict[str, Any]
    pattern_id: UUID | None
    pattern_name: str | None
    risk_score: float | None
    occurrence_count: int = Field(description="How often it occurred")
    last_seen_at: datetime = Field(description="When it last occurred")


class ProviderMark(BaseModel):
    """That a person puts an issue down to a provider, for what had occurred until then."""

    id: UUID = Field(description="The mark, to take it back by")
    provider: str | None = Field(description="Null: no provider caused it, whatever a status page reports")
    marked_by: str
    marked_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    marked_at: datetime


class ProviderChoice(BaseModel):
    """The provider that caused an issue."""

    model_config = ConfigDict(extra="forbid")

    provider: ShortText | None = Field(
        description="Whose failure it was; null: nobody else's, whatever a status page reports"
    )


class Issue(IssueSummary):
    """A failure event, such as an incident, a defect or a failed check."""

    body: str | None
    provider_mark: ProviderMark | None = Field(description="Null: nobody marked it")


class ServiceIssues(BaseModel):
    """A service and how much of it fails."""

    name: str
    issues: int
    open_issues: int
    last_created_at: datetime


class IssueValues(BaseModel):
    """The values that occur in the fields of issues, the most frequent first, at most 200 each."""

    service: list[str]
    error_type: list[str]
    team: list[str]
    environment: list[str]
    source: list[str]
    services: list[ServiceIssues] = Field(description="How much of each service fails")


class NewIssue(BaseModel):
    """An issue to report."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    body: Body | None = None
    severity: Severity = Severity.P3
    status: IssueStatus = IssueStatus.OPEN
    external_id: ShortText | None = Field(
        None, description="By default a new one; an id that an issue has is refused"
    )
    service: ShortText | None = None
    error_type: ShortText | None = None
    team: ShortText | None = None
    environment: ShortText | None = None
    external_url: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^https?://")] | None = None
    source_created_at: Instant | None = None
    source_updated_at: Instant | None = None
    resolved_at: Instant | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=200)


class IssueChange(BaseModel):
    """Fields to correct; absent fields keep their value. Later syncs do not overwrite corrections."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    title: Title | SkipJsonSchema[None] = None
    body: Body | None = None
    severity: Severity | SkipJsonSchema[None] = None
    status: IssueStatus | SkipJsonSchema[None] = None
    service: ShortText | None = None
    error_type: ShortText | None = None
    team: ShortText | None = None
    environment: ShortText | None = None

    @model_validator(mode="after")
    def check_changes(self) -> "IssueChange":
        """Require at least one field, and a value for the mandatory ones."""
        if not self.model_fields_set:
            raise incomplete_change("send at least one field to change")
        for name in ("title", "severity", "status"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty")
        return self
