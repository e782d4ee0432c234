"""A group of a directory (RFC 7643, section 4.2), and the role that an owner gives its members."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from scim2_models import Group

from causeloop_pipeline.model.tenancy import RoleName

DirectoryGroup = Group
"""What identity providers send and get."""


class GroupRole(BaseModel):
    """A group of the directory, and what its members may do."""

    id: UUID
    display_name: str
    role: RoleName | None = Field(description="null: the group gives no role")
    members: int


class GroupRoleChange(BaseModel):
    """The role that a group gives."""

    model_config = ConfigDict(extra="forbid")

    role: RoleName | None
