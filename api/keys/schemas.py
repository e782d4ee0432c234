"""Keys of programs: of service accounts, and of people."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.access.scopes import SCOPES
from api.field_types.instants import Instant
from api.field_types.numbers import WHOLE
from api.field_types.texts import Name
from api.http.pagination import PageRequest
from causeloop_pipeline.model.tenancy import RoleName

MAX_OVERLAP_HOURS = 720
ScopeName = Literal[SCOPES]  # type: ignore[valid-type]
Scopes = Annotated[
    list[ScopeName],
    Field(min_length=1, max_length=len(SCOPES)),
    AfterValidator(lambda scopes: sorted(set(scopes))),
]
SCOPES_HELP = (
    "Areas that the key may read or write, where writing includes reading; null: all that its role may"
)


class Key(BaseModel):
    """A key; only a hash of it is stored."""

    id: UUID
    name: str
    role: RoleName
    scopes: list[ScopeName] | None = Field(description=SCOPES_HELP)
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    former_expires_at: datetime | None = Field(
        description="Until when the key of before the last rotation still works; null: there is none"
    )
    former_used_at: datetime | None = Field(description="When that former key was last used since")


class ServiceAccount(Key):
    """An account for a program."""


class PersonalKey(Key):
    """A key with which a program acts as a person, never above the person's own role."""


class ServiceAccountFilters(PageRequest):
    """Parameters of the list of service accounts."""


class NewServiceAccount(BaseModel):
    """A service account to create."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    role: RoleName = RoleName.VIEWER
    scopes: Scopes | None = Field(None, description=SCOPES_HELP)
    expires_at: Instant | None = Field(None, description="null: in a year; at most two years from now")


class NewPersonalKey(NewServiceAccount):
    """A personal key to create."""

    expires_at: Instant | None = Field(None, description="null: in 90 days; at most two years from now")


class Rotation(BaseModel):
    """How long the present key keeps working beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=MAX_OVERLAP_HOURS), WHOLE] = Field(
        24, description="0: the present key ends at once"
    )
    expires_at: Instant | None = Field(None, description="null: the new key is valid as long as a new one")


class CreatedServiceAccount(ServiceAccount):
    """A service account with its new key, which is shown only once."""

    key: str


class CreatedPersonalKey(PersonalKey):
    """A new personal key, which is shown only once."""

    key: str
