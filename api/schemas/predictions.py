"""Predictions: what was said, what came of it, and how far it can be trusted."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.pagination import PageRequest
from causeloop_pipeline.model.prediction import Impact, Outcome

Window = Annotated[int, Field(ge=1, le=365)]


class PredictionFilters(PageRequest):
    """What predictions can be narrowed to; only the newest of each pattern and window unless `history`."""

    pattern_id: UUID | None = None
    window_days: Window | None = None
    impact: list[Impact] | None = None
    outcome: list[Outcome] | None = None
    min_probability: float | None = Field(None, ge=0, le=1)
    dismissed: bool | None = None
    history: bool | None = Field(None, description="True: also what was said before")


class Prediction(BaseModel):
    """How likely a pattern recurs within a window, or the reason why nothing can be said."""

    id: UUID
    pattern_id: UUID
    pattern_name: str | None
    window_days: int
    issued_at: datetime
    closes_at: datetime
    probability: float | None
    reason: str | None
    impact: Impact
    likely_trigger: str | None
    evidence: Any
    likely_where: Any
    likely_when: Any
    next_date_low: date | None
    next_date_median: date | None
    next_date_high: date | None
    event_count: int
    model_probabilities: dict[str, Any]
    model_version: str
    outcome: Outcome | None
    outcome_by: str | None
    dismissed_at: datetime | None


class WindowRequest(BaseModel):
    """Which window."""

    model_config = ConfigDict(extra="forbid")

    window_days: Window = 30


class PredictionSummary(BaseModel):
    """The tiles of the overview."""

    window_days: int
    patterns: int
    predicted: int
    without_prediction: int
    high_risk: int
    critical: int
    mean_probability: float | None
    expected_recurrences: float | None
    expected_issues: float | None
    hits: int
    misses: int
    prevented: int
    alert_probability_threshold: float


class MatrixCell(BaseModel):
    """The predictions of one likelihood and one impact."""

    likelihood: int
    impact: int
    count: int
    pattern_ids: list[UUID]


class Matrix(BaseModel):
    """5 by 5: how likely against how bad; both from 1 (least) to 5."""

    window_days: int
    likelihood: list[str]
    impact: list[str]
    cells: list[MatrixCell]


class ForecastRequest(BaseModel):
    """Whose forecast, and what counts as a breach."""

    model_config = ConfigDict(extra="forbid")

    pattern_id: UUID | None = Field(None, description="Empty: the whole workspace")
    threshold: float | None = Field(
        None, ge=0, description="Issues a day; empty: the 95th percentile of the last 90 days, at least 1"
    )


class ForecastDay(BaseModel):
    """What is expected of a day."""

    day: date
    yhat: float
    yhat_lower: float
    yhat_upper: float


class ActualDay(BaseModel):
    """What a day really held."""

    day: date
    count: int


class Breach(BaseModel):
    """The first day on which the threshold is expected, or possible, to be reached."""

    expected_on: date | None
    possible_on: date | None


class Forecast(BaseModel):
    """Issues a day: what came, what is expected, and when it breaches."""

    pattern_id: UUID | None
    timezone: str
    computed_at: datetime
    threshold: float
    breach: Breach
    actual: list[ActualDay]
    forecast: list[ForecastDay]


class AccuracyRequest(BaseModel):
    """Whose predictions to grade."""

    model_config = ConfigDict(extra="forbid")

    window_days: Window | None = None
    model_version: str | None = Field(None, max_length=100)
    days: int = Field(365, ge=1, le=3_650, description="Closed within so many days")


class ReliabilityBin(BaseModel):
    """Predictions of like probability: what was said, what came, and the band that chance alone allows."""

    bin: int
    n: int
    mean_probability: float
    frequency: float
    band_low: float
    band_high: float
    within_band: bool


class ModelScores(BaseModel):
    """The scores of one model in one window; `ece_noise` is what perfect calibration would show."""

    window_days: int
    model: str
    n: int
    base_rate: float
    brier: float
    skill: float | None
    log_loss: float
    ece: float
    ece_noise: float


class Accuracy(BaseModel):
    """How well predictions kept their word; prevented ones are counted and not scored."""

    graded: int
    hits: int
    misses: int
    prevented: int
    brier: float | None
    base_rate: float | None
    scores: list[ModelScores]
    reliability: list[ReliabilityBin]


class NewOutcome(BaseModel):
    """What a person says came of a prediction; the system's own grade stays beside it."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Dismissal(BaseModel):
    """Why a prediction needs no attention."""

    model_config = ConfigDict(extra="forbid")

    reason: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] | None
    ) = None
