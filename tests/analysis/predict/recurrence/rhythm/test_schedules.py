"""Every day of a turn has its number, and every number its day."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.recurrence.rhythm.schedules import (
    DAYS_OF_MONTH,
    GRID,
    LAST_WEEKDAY,
    MONTH_END,
    MONTHLY,
    NTH_WEEKDAY,
    WEEKDAYS,
    Schedules,
    date_turns,
    list_monthly_days,
    number_turns,
)

EPOCH = date(1970, 1, 1)


def schedule(kind: int, *, period: float = 1.0, phase: float = 0.0, row: int = 0) -> Schedules:
    return Schedules(np.array([kind]), np.array([period]), np.array([phase]), np.array([row]))


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


@given(
    st.one_of(
        st.builds(
            lambda period, phase: schedule(GRID, period=period, phase=phase),
            st.floats(2, 120),
            st.floats(-60, 60),
        ),
        st.builds(lambda row: schedule(MONTHLY, row=row), st.integers(0, LAST_WEEKDAY + 6)),
        st.builds(lambda row: schedule(WEEKDAYS, row=row), st.integers(1, 127)),
    ),
    st.integers(600, 900),
)
def test_the_day_of_a_turn_has_its_number_and_no_day_after_it(chosen: Schedules, number: int) -> None:
    days = date_turns(chosen, np.array([[number, number + 1]]))
    numbers, after = number_turns(chosen, days)
    assert numbers.tolist() == [[number, number + 1]]
    assert after.tolist() == [[0, 0]]
    assert days[0, 0] < days[0, 1]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (0, date(2026, 2, 1)),
        (DAYS_OF_MONTH - 1, date(2026, 2, 28)),
        (MONTH_END, date(2026, 2, 28)),
        (MONTH_END + 3, date(2026, 2, 25)),
        (NTH_WEEKDAY, date(2026, 2, 2)),  # the first monday
        (NTH_WEEKDAY + 7 + 1, date(2026, 2, 10)),  # the second tuesday
        (LAST_WEEKDAY + 4, date(2026, 2, 27)),  # the last friday
    ],
)
def test_monthly_turns_are_those_of_the_calendar(row: int, expected: date) -> None:
    february = (2026 - 1970) * 12 + 1
    assert day(int(list_monthly_days()[row, february])) == expected
    assert day(int(date_turns(schedule(MONTHLY, row=row), np.array([[february]]))[0, 0])) == expected


def test_working_days_are_numbered_without_the_weekend() -> None:
    friday = (date(2026, 2, 27) - EPOCH).days
    numbers, after = number_turns(schedule(WEEKDAYS, row=0b11111), friday + np.arange(4)[None])
    assert np.diff(numbers[0]).tolist() == [0, 0, 1]
    assert after.tolist() == [[0, 1, 2, 0]]
