"""Sign-in and session tokens."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.http.errors import MAX_CREDENTIAL_BYTES
from api.schemas.tenancy.members import Email

Credential = Annotated[SecretStr, Field(min_length=1, max_length=MAX_CREDENTIAL_BYTES)]


class Login(BaseModel):
    """E-mail address and password; members of several workspaces name one of them."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]
    workspace_id: UUID | None = None


class Exchange(BaseModel):
    """A session token of the identity provider; members of several workspaces name one of them."""

    model_config = ConfigDict(extra="forbid")

    token: Credential
    workspace_id: UUID | None = None


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
