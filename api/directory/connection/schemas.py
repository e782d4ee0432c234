"""The connection of a workspace to its directory."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.numbers import WHOLE

MAX_OVERLAP_HOURS = 720


class DirectoryConnection(BaseModel):
    """Where an identity provider sends the members to, and since when it does."""

    base_url: str = Field(description="The base URL (tenant URL) to enter at the identity provider")
    is_connected: bool = Field(description="Whether there is a token")
    created_at: datetime | None
    last_used_at: datetime | None
    former_expires_at: datetime | None = Field(
        description="Until when the token of before still works; null: there is none"
    )
    people: int = Field(description="Members whom the directory keeps")


class NewToken(BaseModel):
    """How long the present token keeps working beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=MAX_OVERLAP_HOURS), WHOLE] = Field(
        0, description="0: the present token ends at once"
    )


class CreatedToken(DirectoryConnection):
    """The connection with its new token, which is shown only once."""

    token: str
