"""Members of a workspace."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.field_types.texts import Email, Name
from api.http.pagination import PageRequest
from causeloop_pipeline.model.tenancy import MembershipStatus, RoleName


class MemberFilters(PageRequest):
    """Filters of the list of members; a repeated filter matches any of its values."""

    role: list[RoleName] | None = None
    status: list[MembershipStatus] | None = None


class Member(BaseModel):
    """A user's membership in the workspace."""

    user_id: UUID
    email: str
    name: str | None
    role: RoleName
    status: MembershipStatus
    created_at: datetime


class NewInvitation(BaseModel):
    """A person to invite; they take a seat when they first sign in."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    role: RoleName = RoleName.VIEWER
    name: Name | None = None


class MemberChange(BaseModel):
    """A new role or status; suspending a member frees the seat and deletes nothing."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName | None = None
    status: Literal[MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED] | None = None
