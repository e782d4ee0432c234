"""A change is blamed for what follows it more often than the hours that both keep explain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.clusters.change_windows import (
    DAY_US,
    WEEK_US,
    estimate_share_after_change,
)

HOUR = DAY_US // 24
YEAR = 52 * WEEK_US
TIMES = st.lists(st.integers(0, YEAR // HOUR).map(lambda hour: hour * HOUR), max_size=40, unique=True)


def weekly(day: int, hour: float, every: int = 1) -> np.ndarray:
    return np.array(
        [week * WEEK_US + day * DAY_US + int(hour * HOUR) for week in range(0, 52, every)], np.int64
    )


def test_wednesdays_job_is_expected_after_tuesdays_releases_as_often_as_these_come():
    shares = estimate_share_after_change(weekly(2, 9), weekly(1, 12, every=2), DAY_US, YEAR)
    assert shares == pytest.approx(np.full(52, 0.5))


def test_what_comes_on_other_days_is_not_expected_after_them():
    assert estimate_share_after_change(weekly(4, 9), weekly(1, 12), DAY_US, YEAR).max() == 0


def test_a_release_of_every_week_is_compared_with_the_other_working_days():
    shares = estimate_share_after_change(weekly(1, 13), weekly(1, 12), DAY_US, YEAR)
    assert shares == pytest.approx(np.full(52, 1 / 5))


def test_who_deploys_all_day_precedes_everything():
    all_day = np.arange(0, YEAR, 9 * HOUR)
    assert estimate_share_after_change(weekly(3, 7), all_day, DAY_US, YEAR).min() == 1


def test_without_changes_there_is_no_chance():
    assert estimate_share_after_change(weekly(3, 7), np.array([], np.int64), DAY_US, YEAR).max() == 0


@settings(deadline=None)
@given(TIMES, TIMES)
def test_shares_are_those_of_the_weeks_counted_one_by_one(moments: list[int], changes: list[int]) -> None:
    shares_found = estimate_share_after_change(
        np.array(moments, np.int64), np.array(sorted(changes), np.int64), DAY_US, YEAR
    )
    for moment, share in zip(moments, shares_found, strict=True):
        lags = {
            (week * WEEK_US + moment % WEEK_US - change, week) for week in range(-1, 54) for change in changes
        }
        weeks = {week for lag, week in lags if 0 <= lag < DAY_US}
        if len(weeks) / 52 <= 0.9:
            assert share == pytest.approx(len(weeks) / 52)
        assert 0 <= share <= 1
