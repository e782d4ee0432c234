"""Members of a workspace."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from api.http.pagination import PageRequest
from api.schemas.texts import EMAIL, Trimmed
from causeloop_pipeline.model.tenancy import MembershipStatus, RoleName

Name = Annotated[str, Trimmed(120)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
MAX_EMAIL = 254
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=MAX_EMAIL,
        pattern=EMAIL,
    ),
]


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address."""
    return len(text) <= MAX_EMAIL and re.search(EMAIL, text.strip()) is not None


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
