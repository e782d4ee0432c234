"""Services and teams, and what failed in a span of days."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.field_types.texts import OneLine
from api.patterns.endings.schemas import Ending

DEFAULT_DAYS = 90


class SummaryRequest(BaseModel):
    """Whose summary it is, and over how many days."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, OneLine(300)] = Field(description="The service or team, as issues name it")
    days: int = Field(DEFAULT_DAYS, ge=7, le=730, description="How many days back, today included")


class WeekOfFailures(BaseModel):
    """How often something failed in one week."""

    start: date = Field(description="The Monday it begins with, in the workspace's time zone")
    count: int


class EndingOfPattern(Ending):
    """How one issue ended, with its pattern."""

    pattern_id: UUID
    pattern_name: str


class Expert(BaseModel):
    """A person who ended some of these failures, or wrote down what was done."""

    name: str
    ended: int = Field(description="How many failures they ended")
    notes: int = Field(description="How many closure notes they wrote")
    last_at: datetime = Field(description="When they last did either")


class Summary(BaseModel):
    """What failed in a span of days, what it cost, what ended it, and who knows it."""

    name: str
    days: int = Field(description="How many days back it looks, today included")
    services: list[str] = Field(description="The services that it is about")
    occurrences: int = Field(description="How often one of its issues occurred in these days")
    occurrences_before: int = Field(description="The same in as many days before")
    open_issues: int = Field(description="Issues that have not ended")
    mttr_seconds: float | None = Field(
        description="Median time from start to end of what ended in these days; null is that nothing did"
    )
    cost: float | None = Field(
        description="The occurrences times what one costs; null is that the settings do not say"
    )
    headline_window: int = Field(description="The window of predictions that is shown first, in days")
    weeks: list[WeekOfFailures] = Field(description="Every week of these days, quiet ones included")
    endings: list[EndingOfPattern] = Field(description="The last five endings, the latest first")
    experts: list[Expert] = Field(description="Who knows it: at most five, those who did most first")


class Team(BaseModel):
    """A name that owns something: a team, a person or a handle."""

    name: str
    services: int = Field(description="How many services it owns")
    issues: int = Field(description="How many issues these have")
    open_issues: int = Field(description="How many of these have not ended")
    last_created_at: datetime | None = Field(
        description="When the newest of these began; null is that there is none"
    )


class Teams(BaseModel):
    """Everybody who owns something, those with the most issues first."""

    data: list[Team]
