"""The organization and its workspaces."""

from uuid import UUID
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, field_validator

from api.schemas.tenancy.members import Name, RoleName, Slug


class OrganizationChange(BaseModel):
    """The organization's new name."""

    model_config = ConfigDict(extra="forbid")

    name: Name


class OwnWorkspace(BaseModel):
    """A workspace that the caller may sign in to."""

    id: UUID
    organization: str
    slug: str
    name: str
    role: RoleName


class NewWorkspace(BaseModel):
    """Another workspace of the organization."""

    model_config = ConfigDict(extra="forbid")

    slug: Slug
    name: Name
    timezone: str = "UTC"

    @field_validator("timezone")
    @classmethod
    def check_timezone(cls, zone: str) -> str:
        """Accept only time zones of the IANA database."""
        if zone not in available_timezones():
            raise ValueError("not a time zone of the IANA database: use one such as Europe/Berlin")
        return zone
