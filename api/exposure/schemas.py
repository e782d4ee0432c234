"""Exposure: how often what may fail was used, by day."""

import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.field_types.instants import Day
from api.field_types.numbers import WHOLE
from api.field_types.refusals import incomplete_change
from api.field_types.texts import Trimmed
from api.http.pagination import PageRequest
from causeloop_pipeline.model.proof import ExposureUnit

DAYS_LIMIT = 400


class ExposureFilters(PageRequest):
    """Filters of the list of exposures; a repeated filter matches any of its values."""

    unit: list[ExposureUnit] | None = None
    service: list[str] | None = None
    pattern_id: UUID | None = None


class Exposure(BaseModel):
    """How often what may fail was used on one day."""

    id: UUID
    unit: ExposureUnit
    service: str | None = Field(description="Null: of one pattern")
    pattern_id: UUID | None = Field(description="Null: of all patterns of the service")
    day: datetime.date
    count: int
    attached_by: str
    attached_by_name: str | None = Field(None, description="Name of that person or key; null: no longer here")
    attached_at: datetime.datetime


class DayCount(BaseModel):
    """The count of one day."""

    model_config = ConfigDict(extra="forbid")

    day: Day = Field(description="In UTC, and not in the future")
    count: Annotated[int, Field(ge=0, le=10**15), WHOLE]


class NewExposure(BaseModel):
    """Counts by day, of a service or of one pattern. A day that is sent again is replaced."""

    model_config = ConfigDict(extra="forbid")

    unit: ExposureUnit
    service: Annotated[str, Trimmed(200)] | None = Field(
        None, description="Whose uses these are: of all its patterns; or else `pattern_id`"
    )
    pattern_id: UUID | None = None
    counts: list[DayCount] = Field(min_length=1, max_length=DAYS_LIMIT)

    @model_validator(mode="after")
    def check_fields(self) -> "NewExposure":
        """Require either a service or a pattern, and each day once."""
        if (self.service is None) == (self.pattern_id is None):
            raise incomplete_change("send either a service or a pattern_id")
        if len({count.day for count in self.counts}) < len(self.counts):
            raise incomplete_change("send each day once")
        return self


class AttachedExposure(BaseModel):
    """What was attached."""

    days: int = Field(description="Days whose count is new or has changed")
