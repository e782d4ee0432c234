"""Invitations, and how people accept them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StrictBool

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
    proof: Literal["new_password", "password", "single_sign_on"]


def _check_consent(consent: bool) -> bool:
    if not consent:
        raise ValueError("must be true")
    return consent


Consent = Annotated[StrictBool, AfterValidator(_check_consent), Field(json_schema_extra={"const": True})]


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
