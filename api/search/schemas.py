"""What is searched for, and what was found."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.texts import Trimmed


class HitKind(StrEnum):
    """What a hit is."""

    PATTERN = "pattern"
    SERVICE = "service"
    TEAM = "team"
    ISSUE = "issue"
    RECOMMENDATION = "recommendation"
    CHANGE = "change"
    CONNECTOR = "connector"
    MEMBER = "member"


class SearchRequest(BaseModel):
    """Some words, an id, the beginning of a name."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Trimmed(200)] = Field(
        description="Words of titles and texts, by their beginning or stem; a name; an id, whole"
    )
    limit: int = Field(5, ge=1, le=20, description="How many hits of each kind to return at most")


class SearchHit(BaseModel):
    """One thing that was found."""

    kind: HitKind
    id: str = Field(description="Its id; the name of a service or team, the address of a member's mailbox")
    title: str
    detail: str | None = Field(description="What tells it from others of its name")


class SearchResults(BaseModel):
    """The hits, by kind and the best first."""

    data: list[SearchHit]
    corrected: str | None = Field(description="What was searched for instead, where nothing has these words")
