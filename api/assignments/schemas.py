"""Who takes care of a pattern or a recommendation."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Assignee(BaseModel):
    """The person who takes care of something."""

    user_id: UUID
    name: str


class Assignment(BaseModel):
    """The active member who takes care of it; null: nobody."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID | None
