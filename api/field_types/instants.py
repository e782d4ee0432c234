"""Times in requests."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

from causeloop_pipeline.model.instant_range import find_range_problem

WRITTEN_DAY, WRITTEN_INSTANT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def _check_instant(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and WRITTEN_INSTANT.match(value)):
        return value
    raise ValueError("write the time as 2026-03-01T09:30:00Z; a number is not a time")


def _check_day(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and WRITTEN_DAY.fullmatch(value)):
        return value
    raise ValueError("write the day as 2026-03-01; a number is not a day")


def _check_range(instant: datetime) -> datetime:
    problem = find_range_problem(instant, datetime.now(UTC))
    if problem:
        raise PydanticCustomError("time_out_of_range", "the time {problem}", {"problem": problem})
    return instant


def _convert_to_utc(instant: datetime) -> datetime:
    """The same time; PostgreSQL knows no time zone that is more than 16 hours away."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time_out_of_range", "the time lies outside the years 1 to 9999") from None


Instant = Annotated[AwareDatetime, BeforeValidator(_check_instant), AfterValidator(_convert_to_utc)]
"""A time as text; pydantic alone takes numbers for seconds since 1970."""

Day = Annotated[date, BeforeValidator(_check_day)]
"""A day as text."""

PossibleInstant = Annotated[Instant, AfterValidator(_check_range)]
"""A time from 1990 to two years from now: what lies outside is a default value or a mistake."""
