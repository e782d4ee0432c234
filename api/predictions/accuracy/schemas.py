"""The accuracy of past predictions."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from api.predictions.schemas import Window


class AccuracyRequest(BaseModel):
    """The predictions to score."""

    model_config = ConfigDict(extra="forbid")

    window_days: Window | None = None
    model_version: str | None = Field(None, max_length=100)
    days: int = Field(365, ge=1, le=3_650, description="Windows that closed within this many days")


class ReliabilityBin(BaseModel):
    """Predictions of similar probability: predicted and observed frequency, and the band of chance."""

    bin: int
    n: int
    mean_probability: float
    frequency: float
    band_low: float
    band_high: float
    within_band: bool


class ModelScores(BaseModel):
    """The scores of one model and window; `ece_noise` is the `ece` that perfect calibration would show."""

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
    """The scores of one version of the model over all windows."""

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


class Backtest(BaseModel):
    """What simulated predictions at past moments would have scored, from what was known at each moment.

    Made again by each nightly training, on a sample of patterns and weeks and with the patterns of today;
    never mixed with predictions that were issued.
    """

    computed_at: datetime
    model_version: str
    first_origin: datetime = Field(description="The first moment at which was predicted")
    last_origin: datetime
    patterns: int
    predictions: int = Field(description="Simulated predictions whose window has closed")
    hits: int
    base_rate: float
    brier: float
    skill: float | None
    log_loss: float
    ece: float
    ece_noise: float
    scores: list[ModelScores]
    reliability: list[ReliabilityBin]
    reliability_by_window: list[WindowReliability]


class Accuracy(BaseModel):
    """The accuracy of graded predictions; prevented ones are counted but not scored.

    A person's outcome takes precedence over the system's; `overruled` counts where they differ. While no
    prediction is graded, all scores are null and `next_closes_at` is the end of the first window.
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
        description="Improvement over predicting the base rate; null when all outcomes are equal"
    )
    log_loss: float | None
    ece: float | None
    ece_noise: float | None
    scores: list[ModelScores]
    versions: list[VersionScores]
    reliability: list[ReliabilityBin]
    reliability_by_window: list[WindowReliability]
    backtest: Backtest | None = Field(
        description="Labelled apart: simulated on the past, not issued; null where the past is too short"
    )
