"""Who writes two reports within minutes, in two ways, has met two failures."""

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.similarity.series import SHIFT_WITHIN_MINUTES, find_series
from causeloop_pipeline.analysis.detect.similarity.title_slots import SHIFTS

MINUTE = 1.0 / 1_440.0


def find(left: str, right: str, gap_days: float, cosine: float = 0.4) -> float:
    titles = (pl.Series([left]), pl.Series([right]))
    places = np.array([0])
    return float(find_series(titles, places, places, np.array([gap_days]), np.array([cosine]))[0])


def test_two_titles_within_minutes_are_less_likely_one_cause() -> None:
    assert find("cart is empty", "coupon is refused", 2 * MINUTE) == SHIFT_WITHIN_MINUTES < 0.0


@pytest.mark.parametrize("gap_days", [0.0, float("nan"), 0.5, 30.0])
def test_without_a_time_of_day_and_later_the_time_says_nothing(gap_days: float) -> None:
    assert find("cart is empty", "coupon is refused", gap_days) == 0.0


def test_what_is_sent_twice_or_again_under_a_better_title_is_no_series() -> None:
    assert find("cart is empty", "cart is empty", MINUTE) == 0.0
    assert find("cart is empty", "cart is always empty", MINUTE, cosine=0.9) == 0.0


def test_a_number_that_differs_says_more_than_the_time() -> None:
    assert find("tar slice bounds wrong", "tar slice bounds wrong (2)", MINUTE) == SHIFTS[1]
