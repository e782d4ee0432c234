"""The workspace, its settings, and the caller."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat

from api.field_types.numbers import WHOLE
from api.field_types.texts import Name, Slug, TimeZone
from api.onboarding.schemas import Onboarding
from api.organizations.schemas import Organization
from causeloop_pipeline.model.notification import AlertSensitivity
from causeloop_pipeline.model.plans import PlanName
from causeloop_pipeline.model.tenancy import RoleName
from causeloop_pipeline.model.tracker_act import TrackerActMode


class FailedStage(BaseModel):
    """A stage of the analysis that failed in its last run; its results are those of the run before."""

    stage: str
    reason: str | None
    failed_at: datetime | None


class Workspace(BaseModel):
    """A workspace with its organization and what its plan includes."""

    id: UUID
    slug: str
    name: str
    timezone: str
    sso_enforced: bool
    created_at: datetime
    archived_at: datetime | None = Field(description="Since when it can only be read; null: it is in use")
    erase_after: datetime | None = Field(description="When it is erased forever; null: it is not")
    organization: Organization
    onboarding: Onboarding
    admins: list[str] = Field(description="Names of up to three admins or owners: whom to ask")
    failed_stages: list[FailedStage] = Field(
        description="Why the workspace cannot be analyzed; empty: it can"
    )
    features: list[str] = Field(description="Features that the plan includes")
    requests_per_minute: int = Field(description="Rate limit of the plan")


class WorkspaceChange(BaseModel):
    """Fields to change; absent fields keep their value."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    slug: Slug | None = Field(None, description="Its short name in commands, unique in the organization")
    timezone: TimeZone | None = Field(None, description="IANA time zone, such as Europe/Berlin")
    sso_enforced: StrictBool | None = Field(None, description="True: sign-in with a password is refused")


class Archiving(BaseModel):
    """The workspace's slug, to show that it is the one that is meant."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug


class Settings(BaseModel):
    """The settings of analysis, alerts and data retention."""

    ai_auto_link: bool
    ai_confidence_threshold: float
    proof_window_days: int
    alert_probability_threshold: float
    alert_sensitivity: AlertSensitivity
    issues_days: int
    predictions_days: int
    audit_days: int
    loop_cost: float | None
    comment_mode: TrackerActMode
    close_mode: TrackerActMode


class SettingsChange(BaseModel):
    """Settings to change; absent settings keep their value, `loop_cost: null` switches the cost off."""

    model_config = ConfigDict(extra="forbid")

    ai_auto_link: StrictBool | None = Field(
        None, description="Link new issues by itself; else it only suggests"
    )
    ai_confidence_threshold: StrictFloat | None = Field(
        None, ge=0, le=1, description="Confidence that an automatic link needs"
    )
    proof_window_days: Annotated[int, Field(ge=7, le=365), WHOLE] | None = Field(
        None, description="Days without recurrence that prove a fix"
    )
    alert_probability_threshold: StrictFloat | None = Field(
        None, ge=0, le=1, description="Default threshold of alert rules"
    )
    alert_sensitivity: AlertSensitivity | None = None
    issues_days: Annotated[int, Field(ge=1, le=36_500), WHOLE] | None = Field(
        None, description="Days to keep issues"
    )
    predictions_days: Annotated[int, Field(ge=1, le=36_500), WHOLE] | None = Field(
        None, description="Days to keep predictions"
    )
    audit_days: Annotated[int, Field(ge=1, le=36_500), WHOLE] | None = Field(
        None, description="Days to keep the audit log, at least 365"
    )
    loop_cost: StrictFloat | None = Field(None, ge=0, le=1e12, description="Cost of one recurrence")
    comment_mode: TrackerActMode | None = Field(
        None, description="Whether issues that are recurrences are commented on in their tracker"
    )
    close_mode: TrackerActMode | None = Field(
        None, description="Whether issues are closed in their tracker when their fix held"
    )


class Me(BaseModel):
    """The caller, in one workspace."""

    kind: Literal["user", "service_account"]
    id: UUID
    workspace_id: UUID
    organization_id: UUID
    role: RoleName
    plan: PlanName
    timezone: str
