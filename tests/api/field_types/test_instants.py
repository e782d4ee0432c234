"""A time is written as text with its zone, a day as a day; a number is neither."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.field_types.instants import Day, Instant, PossibleInstant

INSTANT, DAY, POSSIBLE = TypeAdapter(Instant), TypeAdapter(Day), TypeAdapter(PossibleInstant)
NUMBERS = st.integers() | st.floats() | st.booleans()


@given(NUMBERS)
def test_a_number_is_neither_a_time_nor_a_day(number: Any) -> None:
    for adapter in (INSTANT, DAY, POSSIBLE):
        for value in (number, str(number)):
            with pytest.raises(ValidationError, match=r"a number is no"):
                adapter.validate_python(value)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_in_rfc_3339_is_taken(instant: datetime) -> None:
    assert INSTANT.validate_python(instant.isoformat()) == instant
    assert INSTANT.validate_python(instant.isoformat().replace("+00:00", "Z")) == instant


@given(st.dates())
def test_a_day_is_taken_without_a_time_only(day: date) -> None:
    assert DAY.validate_python(day.isoformat()) == day
    with pytest.raises(ValidationError, match="2026-03-01"):
        DAY.validate_python(f"{day.isoformat()}T00:00:00Z")


@pytest.mark.parametrize("text", ["1989-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_cannot_be_right_breaks_a_rule_of_its_own(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        POSSIBLE.validate_python(text)

    assert [error["type"] for error in refused.value.errors()] == ["time_out_of_range"]
