"""A workspace, its settings, its people and its service accounts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from api.http.pagination import PageRequest
from causeloop_pipeline.model.tenancy import MembershipStatus, OrganizationStatus

RoleName = Literal["viewer", "analyst", "admin", "owner"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+$",
    ),
]
SkippableStep = Literal["connect_source", "first_sync", "invite_members", "create_alert_rule"]


class Organization(BaseModel):
    """The account that a workspace belongs to."""

    id: UUID
    slug: str
    name: str
    plan: str
    seats_total: int
    seats_taken: int
    status: OrganizationStatus


class Onboarding(BaseModel):
    """How far the set-up has come."""

    current_step: str
    completed_steps: list[str]
    skipped_steps: list[str]


class Workspace(BaseModel):
    """The data boundary, with what its plan includes."""

    id: UUID
    slug: str
    name: str
    timezone: str
    sso_enforced: bool
    created_at: datetime
    organization: Organization
    onboarding: Onboarding
    features: list[str]
    requests_per_minute: int


class WorkspaceChange(BaseModel):
    """What an owner changes."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    timezone: str | None = Field(None, max_length=64)
    sso_enforced: bool | None = None

    @field_validator("timezone")
    @classmethod
    def is_known(cls, zone: str | None) -> str | None:
        """A zone of the IANA database."""
        if zone is not None and zone not in available_timezones():
            raise ValueError("is no time zone of the IANA database, such as Europe/Berlin")
        return zone


class Settings(BaseModel):
    """How a workspace wants to be analysed and told."""

    ai_auto_link: bool
    ai_confidence_threshold: float
    proof_window_days: int
    alert_probability_threshold: float
    alert_sensitivity: Literal["low", "medium", "high"]
    issues_days: int
    predictions_days: int
    audit_days: int
    loop_cost: float | None


class SettingsChange(BaseModel):
    """Settings to change; absent ones stay, `loop_cost: null` switches it off."""

    model_config = ConfigDict(extra="forbid")

    ai_auto_link: bool | None = None
    ai_confidence_threshold: float | None = Field(None, ge=0, le=1)
    proof_window_days: int | None = Field(None, ge=7, le=365)
    alert_probability_threshold: float | None = Field(None, ge=0, le=1)
    alert_sensitivity: Literal["low", "medium", "high"] | None = None
    issues_days: int | None = Field(None, ge=1, le=36_500)
    predictions_days: int | None = Field(None, ge=1, le=36_500)
    audit_days: int | None = Field(None, ge=1, le=36_500)
    loop_cost: float | None = Field(None, ge=0, le=1e12)


class SkipStep(BaseModel):
    """A step of the set-up that is not wanted."""

    model_config = ConfigDict(extra="forbid")

    step: SkippableStep


class Me(BaseModel):
    """Who is calling, and where."""

    kind: Literal["user", "service_account"]
    id: UUID
    workspace_id: UUID
    organization_id: UUID
    role: RoleName
    plan: str
    timezone: str


class MemberFilters(PageRequest):
    """What members can be narrowed to."""

    role: list[RoleName] | None = None
    status: list[MembershipStatus] | None = None


class Member(BaseModel):
    """A person in the workspace."""

    user_id: UUID
    email: str
    name: str | None
    role: RoleName
    status: MembershipStatus
    created_at: datetime


class Invitation(BaseModel):
    """A person to invite; the seat is taken when he first signs in."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    role: RoleName = "viewer"
    name: Name | None = None


class MemberChange(BaseModel):
    """A new role, or suspending and resuming; suspending frees the seat and deletes nothing."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName | None = None
    status: Literal["active", "suspended"] | None = None


class ServiceAccount(BaseModel):
    """A program's identity; its key is not kept, only a hash of it."""

    id: UUID
    name: str
    role: RoleName
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class ServiceAccountFilters(PageRequest):
    """Service accounts, newest first."""


class NewServiceAccount(BaseModel):
    """A program to let in."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: RoleName = "viewer"
    expires_at: AwareDatetime | None = None


class CreatedServiceAccount(ServiceAccount):
    """A new service account with its key, shown this once."""

    key: str
