"""Invitations, and how people accept them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.field_types.consent import Consent
from api.members.schemas import Member
from causeloop_pipeline.model.tenancy import RoleName

LinkToken = Annotated[SecretStr, Field(min_length=20, max_length=300)]


class InvitedMember(Member):
    """An invited person and, where no e-mail could carry it, the link to accept with."""

    invitation_link: str | None = Field(description="To be passed on; null: it was sent by e-mail")


class InvitationToken(BaseModel):
    """The token of an invitation's link."""

    model_config = ConfigDict(extra="forbid")

    token: LinkToken


class Invitation(BaseModel):
    """What an invited person may join, and how they prove who they are."""

    organization: str
    workspace: str
    email: str
    role: RoleName
    expires_at: datetime
    workspace_id: UUID
    proof: Literal["new_password", "password", "single_sign_on"]
    opens_all: bool = Field(
        description="Whether a new password will open all of the person's organizations, or this one alone, "
        "since whoever invites has seen the link"
    )


class Acceptance(BaseModel):
    """The invited person's consent with their password: a new one, or the one they have already."""

    model_config = ConfigDict(extra="forbid")

    token: LinkToken
    consent: Consent
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]


class Accepted(BaseModel):
    """What was joined; sign in with the address and the password."""

    email: str
    workspace_id: UUID


class ConfirmedAddress(BaseModel):
    """The address that gets alerts from now on."""

    address: str
