"""Investigations and what was found out."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.field_types.refusals import incomplete_change
from api.field_types.texts import Trimmed
from api.http.pagination import PageRequest
from causeloop_pipeline.model.investigation import InvestigationResult, InvestigationStatus


class InvestigationFilters(PageRequest):
    """Filters of the list of investigations; a repeated filter matches any of its values."""

    status: list[InvestigationStatus] | None = None
    pattern_id: UUID | None = None


class Investigation(BaseModel):
    """What to note at the next occurrence of a pattern, and the two causes that it tells apart."""

    id: UUID
    pattern_id: UUID
    pattern_name: str | None
    place: int | None = Field(description="1 is to be found out first; null: no longer offered")
    title: str
    to_note: str
    first_cause: str
    second_cause: str
    steps: list[str]
    status: InvestigationStatus
    result: InvestigationResult | None = Field(description="Which cause it was; null: not found out")
    note: str | None
    decided_by: str | None
    decided_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    decided_at: datetime | None
    computed_at: datetime


class InvestigationDecision(BaseModel):
    """What was found out, or that it is not worth finding out."""

    model_config = ConfigDict(extra="forbid")

    status: InvestigationStatus
    result: InvestigationResult | None = Field(None, description="With status `done`: which cause it was")
    note: Annotated[str, Trimmed(5_000)] | None = None

    @model_validator(mode="after")
    def check_result(self) -> "InvestigationDecision":
        """Require a result with `done`, and only with it."""
        if (self.status == InvestigationStatus.DONE) != (self.result is not None):
            raise incomplete_change("send a result with status done, and only with it")
        return self


class UnexplainedPattern(BaseModel):
    """A pattern for which it is not known what to do."""

    id: UUID
    name: str
    issue_count: int
    last_seen_at: datetime


class UnexplainedPatterns(BaseModel):
    """The patterns that recur and for which it is not known what to do, and what they have in common."""

    patterns: list[UnexplainedPattern]
    traits: list[str] = Field(description="What several of them share, the commonest first")
    endings: list[str] = Field(description="What ended those that occurred most often before")
    computed_at: datetime | None
