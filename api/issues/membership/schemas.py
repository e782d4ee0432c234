"""Why an issue is in its pattern."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from causeloop_pipeline.model.pattern import ConstraintKind, CorrectionAct, PatternStatus


class MembershipState(StrEnum):
    """`member`: in a pattern; `alone`: linked with none; `waiting`: not grouped since its last change."""

    MEMBER = "member"
    ALONE = "alone"
    WAITING = "waiting"


class DecidedBy(StrEnum):
    """What put an issue into its pattern: a rule (same message or stack trace), similarity, or a person."""

    RULE = "rule"
    SIMILARITY = "similarity"
    PERSON = "person"


class NamedPattern(BaseModel):
    """A pattern in short."""

    id: UUID
    name: str
    status: PatternStatus
    confidence: float
    issue_count: int


class PairFact(BaseModel):
    """A person's correction about this issue and another one."""

    correction_id: UUID = Field(description="Withdraws the correction that this fact is part of")
    act: CorrectionAct | None = Field(description="What the person did; null: not known")
    kind: ConstraintKind
    issue_id: UUID
    issue_title: str | None = Field(description="null: the other issue does not exist at present")
    pattern_id: UUID | None
    made_by: str
    made_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    made_at: datetime
    reason: str | None


class Membership(BaseModel):
    """An issue's pattern with the reason, and the nearest other pattern with what was missing for it."""

    issue_id: UUID
    state: MembershipState
    pattern: NamedPattern | None
    decided_by: DecidedBy | None
    similarity: float | None
    confidence: float | None
    reason: Any
    nearest_pattern: NamedPattern | None
    nearest_missing: str | None = Field(description="Why the issue is not in the nearest other pattern")
    template: str | None = Field(
        description="The issue's message with its variable parts masked; null: it has no message"
    )
    facts: list[PairFact] = Field(description="People's corrections of this issue, newest first, at most 50")
