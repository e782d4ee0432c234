"""Sign-in, session tokens, and a person's own sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from api.field_types.texts import Email
from api.http.errors import MAX_CREDENTIAL_BYTES
from causeloop_pipeline.model.tenancy import RoleName, SignInMethod

JOINING = Field(
    False, description="Accepts an invitation to `workspace_id`, which starts no session without it"
)
Credential = Annotated[SecretStr, Field(min_length=1, max_length=MAX_CREDENTIAL_BYTES)]


class Login(BaseModel):
    """E-mail address and password; members of several workspaces name one of them."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]
    workspace_id: UUID | None = None
    has_choice: StrictBool = Field(
        False,
        description="Whether a person can choose: members of several workspaces get these, not an error",
    )
    consent: StrictBool = JOINING


class Exchange(BaseModel):
    """A session token of the identity provider; members of several workspaces name one of them."""

    model_config = ConfigDict(extra="forbid")

    token: Credential
    workspace_id: UUID | None = None
    consent: StrictBool = JOINING


class Refresh(BaseModel):
    """The refresh token of the session; it works once."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Credential


class SessionTokens(BaseModel):
    """The tokens of a session in one workspace."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds until the access token expires")
    refresh_token: str
    workspace_id: UUID
    session_id: UUID


class WorkspaceChoice(BaseModel):
    """A workspace that a person may enter, or join."""

    id: UUID
    organization: str
    name: str
    role: RoleName
    is_invitation: bool = Field(description="Whether entering accepts an invitation, which needs `consent`")


class WorkspaceChoices(BaseModel):
    """The workspaces of a person who has to choose; the password was right, and no session has begun."""

    workspaces: list[WorkspaceChoice]


class OwnSession(BaseModel):
    """A session of the caller."""

    id: UUID
    workspace_id: UUID
    method: SignInMethod
    client: str | None = Field(description="Program that signed in, as it names itself")
    started_at: datetime
    last_used_at: datetime
    ends_at: datetime
    is_current: bool


class Switch(BaseModel):
    """The workspace to enter."""

    model_config = ConfigDict(extra="forbid")

    workspace_id: UUID
    consent: StrictBool = JOINING


class BrowserSession(BaseModel):
    """A session that the browser keeps in a cookie, and how people may sign in here."""

    is_signed_in: bool
    csrf_token: str | None = Field(
        description="Sent as `X-CSRF-Token` with every request that changes anything"
    )
    single_sign_on: bool = Field(description="Whether `POST /v1/auth/oidc` leads to an identity provider")
    password_reset: bool = Field(description="Whether this installation can send links by e-mail")


class EmailOnly(BaseModel):
    """The address of a person who needs a new password."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class NewPassword(BaseModel):
    """The token of a reset link, and the new password."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[SecretStr, Field(min_length=20, max_length=300)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]


class PasswordChange(BaseModel):
    """The present password, and the one that replaces it."""

    model_config = ConfigDict(extra="forbid")

    current_password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]
    new_password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]


class PasswordSet(BaseModel):
    """Whose password was set; sign in with it."""

    email: str
