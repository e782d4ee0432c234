"""Suggestions and the answers to them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.field_types.texts import Trimmed
from api.http.pagination import PageRequest


class SuggestionFilters(PageRequest):
    """Filters of the list of suggestions."""

    issue_id: UUID | None = Field(None, description="Only those about this issue")
    pattern_id: UUID | None = Field(None, description="Only those about issues of this pattern")


class Suggestion(BaseModel):
    """Two issues that may have one cause: “same cause?”"""

    id: UUID
    issue_id: UUID
    issue_title: str
    pattern_id: UUID | None = Field(description="The pattern that the issue is in")
    pattern_name: str | None
    other_issue_id: UUID
    other_issue_title: str
    other_pattern_id: UUID | None = Field(description="The pattern that the other issue is in")
    other_pattern_name: str | None
    confidence: float = Field(description="How likely both have one cause: too little to link them")
    reason: Any


class SuggestionAnswer(BaseModel):
    """Whether both issues have one cause."""

    model_config = ConfigDict(extra="forbid")

    same_cause: StrictBool
    reason: Annotated[str, Trimmed(2_000)] | None = None
