"""A failure that people know of is of interest again when it is worse, faster, or was fixed in vain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.resurfacing import (
    FASTER,
    SLOWER,
    USUAL,
    Standing,
    find_reasons,
    find_round_number,
    measure_pace,
)
from causeloop_pipeline.model.slack import ResurfacingReason

TODAY = date(2026, 11, 30)
FIRST = TODAY - timedelta(days=400)


@pytest.mark.parametrize(
    ("occurrences", "reached"),
    [(0, 0), (4, 0), (5, 5), (9, 5), (10, 10), (24, 10), (25, 25), (99, 50), (100, 100), (2_600, 2_500)],
)
def test_round_numbers_are_far_apart(occurrences: int, reached: int) -> None:
    assert find_round_number(occurrences) == reached


@given(st.integers(0, 10**7))
def test_a_round_number_is_reached_once(occurrences: int) -> None:
    assert find_round_number(occurrences) <= occurrences
    assert find_round_number(occurrences) <= find_round_number(occurrences + 1)


def list_days(step: int, begin: int, end: int) -> list[date]:
    """Each so many days, from and until so many days ago."""
    return [TODAY - timedelta(days=ago) for ago in range(end, begin, step)]


@pytest.mark.parametrize(
    ("earlier", "recent", "word"),
    [(7, 7, USUAL), (14, 3, FASTER), (2, 14, SLOWER), (7, 5, USUAL), (28, 14, USUAL)],
)
def test_a_pace_changes_where_chance_hardly_explains_it(earlier: int, recent: int, word: str) -> None:
    days = list_days(recent, 28, 0) + list_days(earlier, 208, 28)

    assert measure_pace(days, TODAY, FIRST).word == word


def test_a_young_failure_has_no_pace_that_could_change() -> None:
    assert measure_pace(list_days(1, 28, 0), TODAY, TODAY - timedelta(days=40)).word == USUAL


def test_silence_is_not_a_slower_pace() -> None:
    assert measure_pace(list_days(2, 208, 28), TODAY, FIRST).word == USUAL


NOTED = Standing("p3", USUAL, 10, None)


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        (NOTED, []),
        (Standing("p2", USUAL, 10, None), [ResurfacingReason.SEVERITY_ROSE]),
        (Standing("p4", USUAL, 10, None), []),
        (Standing("p3", SLOWER, 10, None), [ResurfacingReason.PACE_CHANGED]),
        (Standing("p3", USUAL, 25, None), [ResurfacingReason.ROUND_NUMBER]),
        (Standing("p3", USUAL, 5, None), []),
        (Standing("p3", USUAL, 10, "2026-03-03"), [ResurfacingReason.FIX_FAILED]),
        (Standing("p1", FASTER, 50, "2026-03-03"), list(ResurfacingReason)),
    ],
)
def test_only_what_is_new_is_a_reason(now: Standing, reasons: list[ResurfacingReason]) -> None:
    assert find_reasons(NOTED.as_noted({}), now) == reasons
    assert find_reasons(now.as_noted({}), now) == []
