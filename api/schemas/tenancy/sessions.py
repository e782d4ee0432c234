"""Signing in and staying signed in."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.schemas.tenancy.workspace import Email

Credential = Annotated[SecretStr, Field(min_length=1, max_length=16_000)]


class Login(BaseModel):
    """An e-mail address and a password; the workspace is needed by members of several."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Annotated[SecretStr, Field(min_length=1, max_length=1_000)]
    workspace_id: UUID | None = None


class Exchange(BaseModel):
    """A session token of the identity provider."""

    model_config = ConfigDict(extra="forbid")

    token: Credential
    workspace_id: UUID | None = None


class Refresh(BaseModel):
    """The refresh token that came with the last session; it is worth one use."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Credential


class SessionTokens(BaseModel):
    """A session in one workspace."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    refresh_token: str
    workspace_id: UUID
