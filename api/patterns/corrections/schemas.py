"""People's corrections of patterns, and closure notes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.field_types.texts import Trimmed
from causeloop_pipeline.model.pattern import CorrectionAct

Reason = Annotated[str, Trimmed(2_000)]


class LinkRequest(BaseModel):
    """The pattern that the issue belongs to."""

    model_config = ConfigDict(extra="forbid")

    pattern_id: UUID
    reason: Reason | None = None


class UnlinkRequest(BaseModel):
    """The pattern that the issue does not belong to; by default the one that it is in."""

    model_config = ConfigDict(extra="forbid")

    pattern_id: UUID | None = None
    reason: Reason | None = None


class MergeRequest(BaseModel):
    """The patterns to merge into the one that the path names."""

    model_config = ConfigDict(extra="forbid")

    pattern_ids: list[UUID] = Field(min_length=1, max_length=50, description="Merged into the path's pattern")
    name: Annotated[str, Trimmed(300)] | None = Field(
        None, description="What the path's pattern is called then; by default it keeps its name"
    )
    reason: Reason | None = None


class SplitRequest(BaseModel):
    """The issues to split off into a pattern of their own."""

    model_config = ConfigDict(extra="forbid")

    issue_ids: list[UUID] = Field(min_length=1, max_length=1_000)
    reason: Reason | None = None


class ConfirmRequest(BaseModel):
    """Whether the issues of a pattern, or two of them, belong together."""

    model_config = ConfigDict(extra="forbid")

    together: StrictBool = True
    left_issue_id: UUID | None = None
    right_issue_id: UUID | None = None


class NewClosureNote(BaseModel):
    """A note on how the pattern was fixed."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Trimmed(10_000)]


class Correction(BaseModel):
    """A stored correction, and the job that applies it."""

    constraints: int = Field(description="Number of constraints on pairs of issues, added or withdrawn")
    correction_id: UUID | None = Field(
        description="Withdraws the correction; null if it was in force already"
    )
    job_id: UUID


class CorrectionInForce(BaseModel):
    """A correction in force that concerns a pattern."""

    id: UUID = Field(description="Withdraws it")
    act: CorrectionAct | None = Field(description="What the person did; null: not known")
    pattern_id: UUID | None = Field(description="The pattern that it was made on")
    left_issue_title: str | None = Field(description="An issue that it names; null: it is gone")
    right_issue_title: str | None = Field(description="Another issue that it names; null: it is gone")
    issue_count: int = Field(description="Issues that it moves, or holds together with others")
    reason: str | None
    made_by: str
    made_by_name: str | None = Field(description="Name of that person or key; null: no longer here")
    made_at: datetime


class Feedback(BaseModel):
    """Stored feedback on a pattern."""

    id: UUID
