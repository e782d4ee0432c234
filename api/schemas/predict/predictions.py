"""Predictions: what was said, what came of it, and how far it can be trusted."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from api.http.pagination import PageRequest
from causeloop_pipeline.model.prediction import WINDOWS, Impact, Outcome

Window = Annotated[int, Field(ge=1, le=365)]


def known_window(window: int | None) -> int | None:
    """One of the windows that are predicted."""
    if window is not None and window not in WINDOWS:
        raise ValueError(f"one of {', '.join(map(str, WINDOWS))}")
    return window


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


class Grade(BaseModel):
    """What the system or a person said came of a prediction; `counterfactual_rate`: without the fix."""

    outcome: Outcome
    decided_by: str
    decided_at: datetime
    reason: str
    counterfactual_rate: float | None


class PredictionDetail(Prediction):
    """A prediction with all that was said came of it; `outcome` is the one that counts, a person's first."""

    outcomes: list[Grade]
    dismissed_by: str | None
    dismissal_reason: str | None


class WindowRequest(BaseModel):
    """Which of the windows that are predicted."""

    model_config = ConfigDict(extra="forbid")

    window_days: int = 30

    _window = field_validator("window_days")(known_window)


class PredictionSummary(BaseModel):
    """The tiles of the overview, over patterns that are not resolved; dismissed ones are no high risk."""

    window_days: int
    patterns: int
    predicted: int
    without_prediction: int
    dismissed: int
    high_risk: int
    critical: int
    mean_probability: float | None
    expected_recurrences: float | None
    expected_issues: float | None = Field(description="null: the forecast does not reach so far")
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
    """Issues a day: what came, what is expected (nothing while data are too few), when it breaches."""

    pattern_id: UUID | None
    timezone: str
    computed_at: datetime | None
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


class VersionScores(BaseModel):
    """The scores of what one version of the product said, all windows together."""

    model_version: str
    n: int
    base_rate: float
    brier: float
    skill: float | None
    log_loss: float
    ece: float
    ece_noise: float


class WindowReliability(BaseModel):
    """The reliability curve of one window."""

    window_days: int
    reliability: list[ReliabilityBin]


class Accuracy(BaseModel):
    """How well predictions kept their word; prevented ones are counted and not scored.

    A person's outcome goes before the system's; `overruled` tells how often they differ. While nothing is
    graded every score is null, and `next_closes_at` tells when the first window will be.
    """

    graded: int
    scored: int
    hits: int
    misses: int
    prevented: int
    overruled: int
    open: int = Field(description="Predictions whose window has not closed yet")
    next_closes_at: datetime | None
    base_rate: float | None
    brier: float | None
    skill: float | None = Field(
        description="Over always saying the base rate; null when only one outcome came"
    )
    log_loss: float | None
    ece: float | None
    ece_noise: float | None
    scores: list[ModelScores]
    versions: list[VersionScores]
    reliability: list[ReliabilityBin]
    reliability_by_window: list[WindowReliability]


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
