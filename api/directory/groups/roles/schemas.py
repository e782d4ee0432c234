"""The role that an owner gives the members of a group."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from causeloop_pipeline.model.tenancy import RoleName


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
