"""Times in requests."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from causeloop_pipeline.model.instant_range import find_range_problem


def _check_range(instant: datetime) -> datetime:
    problem = find_range_problem(instant, datetime.now(UTC))
    if problem:
        raise ValueError(f"the time {problem}")
    return instant


PossibleInstant = Annotated[AwareDatetime, AfterValidator(_check_range)]
"""A time from 1990 to two years from now: what lies outside is a default value or a mistake."""
