"""Where a sign-in at the identity provider leads, and what the person may join."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.consent import Consent
from api.sign_in.sessions.schemas import WorkspaceChoice


class SingleSignOnStart(BaseModel):
    """The workspace to enter; without one, the last one."""

    model_config = ConfigDict(extra="forbid")

    workspace_id: UUID | None = None


class SingleSignOnAddress(BaseModel):
    """Where the browser goes to sign in."""

    address: str


class PendingSignIn(BaseModel):
    """What a person may join who has signed in at the identity provider, and has no session yet."""

    email: str
    workspaces: list[WorkspaceChoice]


class Joining(BaseModel):
    """The workspace that the person wants to join."""

    model_config = ConfigDict(extra="forbid")

    workspace_id: UUID
    consent: Consent


class JoinedWorkspace(BaseModel):
    """What was joined: the browser is signed in to it."""

    workspace_id: UUID = Field(description="The workspace of the browser's session")
