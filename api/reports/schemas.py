"""The weekly report, and whether the caller gets it by e-mail."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from api.field_types.instants import Day
from causeloop_pipeline.model.proof import FINAL_VERDICTS

FinalVerdict = Literal[FINAL_VERDICTS]  # type: ignore[valid-type]


class ReportRequest(BaseModel):
    """The week to report on."""

    model_config = ConfigDict(extra="forbid")

    week: Day | None = Field(None, description="A day of the week; the last whole week by default")


class ReportedPattern(BaseModel):
    """A pattern with its occurrences, and the issues that occurred, in the week and in the one before."""

    id: UUID
    name: str
    occurrences: int
    occurrences_before: int
    issues: int
    issues_before: int
    is_new: bool = Field(description="First seen in this week or later")
    owner: str | None


class MovedPattern(BaseModel):
    """A pattern that was resolved or reopened in the week."""

    id: UUID
    name: str
    kind: Literal["resolved", "reopened"]
    owner: str | None


class JudgedFix(BaseModel):
    """A fix whose verdict became possible in the week."""

    id: UUID
    title: str
    postmortem_id: UUID | None = Field(
        None, description="The post-mortem whose action item it is; null: a recommendation"
    )
    verdict: FinalVerdict
    text: str
    owner: str | None


class LikelyPattern(BaseModel):
    """A pattern that was likely to recur within the report's window when the week ended."""

    id: UUID
    name: str
    probability: float
    next_on: date | None
    owner: str | None


class FirstFix(BaseModel):
    """An open recommendation, by rank."""

    id: UUID
    rank: int
    title: str
    expected_loops_prevented: float
    owner: str | None


class Graded(BaseModel):
    """How the predictions ended whose window closed in the week."""

    hits: int
    misses: int
    prevented: int


class WeeklyReport(BaseModel):
    """One week of a workspace, from Monday to Sunday in its time zone."""

    workspace: str
    timezone: str
    first_day: date
    last_day: date
    occurrences: int
    occurrences_before: int = Field(description="Occurrences in the week before")
    issues: int = Field(description="Issues that occurred in the week")
    issues_before: int = Field(description="Issues that occurred in the week before")
    new_patterns: int
    graded: Graded
    patterns: list[ReportedPattern] = Field(description="The ten with the most occurrences")
    moved: list[MovedPattern]
    fixes: list[JudgedFix]
    window_days: int = Field(description="The window of `likely`: the one that is shown first and ranked by")
    likely: list[LikelyPattern]
    recommendations: list[FirstFix]
    written_at: datetime | None = Field(
        description="When it was written, forever; null: the week goes on, or was not written"
    )


class ReportWish(BaseModel):
    """Whether the caller gets the report every Monday by e-mail."""

    model_config = ConfigDict(extra="forbid")

    by_email: StrictBool
