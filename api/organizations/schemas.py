"""The organization and its workspaces."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.numbers import WHOLE
from api.field_types.texts import Name, Slug, TimeZone
from causeloop_pipeline.model.plans import PlanName
from causeloop_pipeline.model.tenancy import OrganizationStatus, RoleName, StatusSetter

MAX_SEATS = 100_000


class Organization(BaseModel):
    """The client account that owns the workspace."""

    id: UUID
    slug: str
    name: str
    plan: PlanName
    seats_total: int
    seats_taken: int = Field(description="Active memberships")
    status: OrganizationStatus


class OrganizationDetails(Organization):
    """The organization, and what its owners may change."""

    status_set_by: StatusSetter = Field(
        description="Who set the status: owners reactivate only what an owner suspended"
    )
    plan_choices: list[PlanName] = Field(description="The plans that an owner may choose now")
    max_seats: int = Field(description="The most seats that an owner may set now")
    stopped_connectors: list[str] = Field(
        description="Active connectors of the workspace that the plan excludes: nothing is read from them"
    )


class OrganizationChange(BaseModel):
    """Fields to change; absent fields keep their value."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    plan: PlanName | None = Field(None, description="A higher one only where the installation allows it")
    seats_total: Annotated[int, Field(ge=1, le=MAX_SEATS), WHOLE] | None = Field(
        None, description="At least as many as are taken; more only where it is allowed"
    )
    status: OrganizationStatus | None = Field(
        None,
        description="suspended: read-only; cancelled: nobody can sign in until the operator reactivates it",
    )
    slug: Slug | None = Field(
        None, description="The organization's slug, which cancelling needs, to show that it is meant"
    )


class OwnWorkspace(BaseModel):
    """A workspace that the caller may enter, or join."""

    id: UUID
    organization: str
    slug: str
    name: str
    role: RoleName
    is_invitation: bool = Field(description="Whether entering accepts an invitation, which needs `consent`")


class NewWorkspace(BaseModel):
    """Another workspace of the organization."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    name: Name
    timezone: TimeZone = "UTC"
