"""A new organization, and its answer."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.field_types.texts import Email, Name, TimeZone
from api.members.invitations.schemas import LinkToken


class SignUp(BaseModel):
    """An organization with its first workspace and its owner; `token` is that of the first-start link."""

    model_config = ConfigDict(extra="forbid")

    organization: Name
    workspace: Name = "Main"
    timezone: TimeZone = "UTC"
    email: Email
    name: Name | None = None
    token: LinkToken | None = None


class SignedUp(BaseModel):
    """A new organization and, where no e-mail could carry it, the link with which its owner accepts."""

    workspace_id: UUID
    email: str
    invitation_link: str | None
