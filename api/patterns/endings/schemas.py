"""How the issues of a pattern ended."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class Ending(BaseModel):
    """How one issue ended, as its tool tells; what people wrote is quoted."""

    issue_id: UUID
    title: str
    external_id: str
    external_url: str | None
    ended_at: datetime
    took_seconds: int
    action: str | None = Field(description="Kind of action that the quote tells of; null: of none")
    phrase: str | None = Field(description="The words of the quote that tell of it")
    quote: str | None
    field: str | None = Field(description="Where in the tool's record the quote stands")
    made_by: str | None
    link: str | None


class EndingGroup(BaseModel):
    """What was done, how often, and for how many days the pattern then stayed away."""

    action: str
    phrase: str
    count: int
    held_low: float
    held_high: float
    is_holding: bool = Field(description="Whether the one that held longest holds still")
    issue_ids: list[UUID] = Field(description="The issues that say so, the latest first, at most 20")


class PatternEndings(BaseModel):
    """The last three endings, and what ended it before, the longest held first."""

    last: list[Ending]
    groups: list[EndingGroup]
