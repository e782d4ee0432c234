"""Predictions, their outcomes, and the overview."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.field_types.assignees import Assignees
from api.field_types.numbers import WHOLE
from api.field_types.texts import Trimmed
from api.http.exclusions import ExcludingPageRequest
from causeloop_pipeline.model.prediction import WINDOWS, Impact, Outcome

Window = Annotated[int, Field(ge=1, le=365)]


def _check_window(window: int) -> int:
    if window not in WINDOWS:
        raise ValueError(f"must be one of {', '.join(map(str, WINDOWS))} days")
    return window


WINDOW_RULES = AfterValidator(_check_window)
WINDOW_ENUM = Field(json_schema_extra={"enum": [int(window) for window in WINDOWS]})
KnownWindow = Annotated[int, WINDOW_RULES, WINDOW_ENUM]
"""A window that predictions are made for, in a query."""

WrittenWindow = Annotated[int, WINDOW_RULES, WINDOW_ENUM, WHOLE]
"""A window that predictions are made for, in a body."""


class PredictionFilters(ExcludingPageRequest):
    """Filters of the list of predictions; a repeated filter matches any of its values."""

    q: str | None = Field(None, min_length=1, max_length=200, description="Full text of the pattern's name")
    pattern_id: UUID | None = None
    service: list[str] | None = Field(None, description="Those of patterns with an issue of this service")
    owner: list[str] | None = Field(None, description="Those of patterns that one of these owns")
    assignee: Assignees = Field(None, description="Those of patterns that one of these takes care of")
    window_days: Window | None = None
    impact: list[Impact] | None = None
    outcome: list[Outcome] | None = None
    min_probability: float | None = Field(None, ge=0, le=1)
    dismissed: bool | None = None
    history: bool | None = Field(None, description="True: include earlier predictions")


class Rhythm(BaseModel):
    """The turns that a pattern keeps, such as every second Tuesday."""

    text: str = Field(description="When its turns are, in words, such as: every second Tuesday around 09:10")
    kept_turns: int = Field(description="On how many of its turns the pattern occurred")
    turns: int = Field(description="Turns up to the last kept one")
    missed: int = Field(description="Turns since the last kept one")
    next: date = Field(description="Day of the next turn, in the workspace's time zone")
    expected: float = Field(description="Turns expected to be kept within 90 days")
    weight: float = Field(description="Share of the rhythm in the probability")


class Prediction(BaseModel):
    """The probability that a pattern recurs within a window, or the reason why there is none."""

    id: UUID
    pattern_id: UUID
    pattern_name: str | None
    window_days: int
    is_headline: bool = Field(description="Whether the window is the one that is shown first and ranked by")
    issued_at: datetime
    closes_at: datetime
    probability: float | None
    reason: str | None
    impact: Impact
    likely_trigger: str | None
    evidence: Any
    likely_where: Any
    likely_when: Any
    rhythm: Rhythm | None = Field(description="null: the pattern keeps no turns")
    next_date_low: date | None
    next_date_median: date | None
    next_date_high: date | None
    event_count: int
    model_probabilities: dict[str, Any]
    model_version: str
    outcome: Outcome | None
    outcome_by: str | None
    dismissed_at: datetime | None


class Grade(BaseModel):
    """The outcome of a prediction, decided by the system or a person."""

    outcome: Outcome
    decided_by: str
    decided_by_name: str | None = Field(
        None, description="Name of that person or key; null: the system, or no longer here"
    )
    decided_at: datetime
    reason: str
    counterfactual_rate: float | None = Field(
        description="Expected active days per day without the fix; null: no fix was claimed"
    )


class PredictionDetail(Prediction):
    """A prediction with its outcomes; `outcome` is the valid one, a person's before the system's."""

    outcomes: list[Grade]
    dismissed_by: str | None
    dismissed_by_name: str | None = Field(
        None, description="Name of that person or key; null: no longer here"
    )
    dismissal_reason: str | None


class WindowRequest(BaseModel):
    """The window of the predictions."""

    model_config = ConfigDict(extra="forbid")

    window_days: KnownWindow | None = Field(
        None, description="Default: the window whose predictions tell most in this workspace"
    )


class PredictionSummary(BaseModel):
    """The figures of the overview, without resolved patterns; dismissed predictions are not high risk."""

    window_days: int
    patterns: int
    predicted: int
    without_prediction: int
    dismissed: int
    high_risk: int
    critical: int
    mean_probability: float | None
    expected_recurrences: float | None
    expected_issues: float | None = Field(description="null: the forecast does not cover the window")
    hits: int
    misses: int
    prevented: int
    alert_probability_threshold: float


class MatrixCell(BaseModel):
    """The patterns of one likelihood and one impact."""

    likelihood: int
    impact: int
    count: int
    pattern_ids: list[UUID]


class Matrix(BaseModel):
    """Patterns by likelihood and impact, both from 1 (lowest) to 5."""

    window_days: int
    likelihood: list[str]
    impact: list[str]
    cells: list[MatrixCell]


class NewOutcome(BaseModel):
    """A person's outcome of a prediction, with the reason."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    reason: Annotated[str, Trimmed(2_000)]


class Dismissal(BaseModel):
    """The reason for dismissing a prediction."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Trimmed(2_000)] | None = None
