"""Forecasts of issues per day."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ForecastRequest(BaseModel):
    """The pattern of the forecast, and the threshold of a breach."""

    model_config = ConfigDict(extra="forbid")

    pattern_id: UUID | None = Field(None, description="By default the whole workspace")
    threshold: float | None = Field(
        None,
        ge=0,
        description="Issues per day; default: 95th percentile of the last 90 days, at least 1",
    )


class ForecastDay(BaseModel):
    """The forecast of one day, with its interval."""

    day: date
    yhat: float
    yhat_lower: float
    yhat_upper: float


class ActualDay(BaseModel):
    """The actual number of issues of one day."""

    day: date
    count: int


class Breach(BaseModel):
    """The first day on which the forecast, or its upper bound, reaches the threshold."""

    expected_on: date | None
    possible_on: date | None


class Forecast(BaseModel):
    """Actual and expected issues per day; without a forecast while there is too little data."""

    pattern_id: UUID | None
    timezone: str
    computed_at: datetime | None
    threshold: float
    breach: Breach
    actual: list[ActualDay]
    forecast: list[ForecastDay]
