"""A flood of alerts over many places is one incident by time; logs and tickets are none."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.grouping.storms import (
    MAX_SILENCE_SECONDS,
    MIN_SILENCE_SECONDS,
    compute_allowed_silence,
    split_storms,
)
from tests.support.failure_texts import START, issue_frame


def flood(begins_hours: list[float], *, alerts: int = 40, services: int = 5) -> pl.DataFrame:
    rows = [
        {
            "title": f"Latency of service-{at % services} is high",
            "body": f"p99 of service-{at % services} is above its limit for {at} s on node {at % 3}.",
            "source": "monitor",
            "service": f"service-{at % services}",
            "source_created_at": START + timedelta(hours=begin, seconds=5 * at),
        }
        for begin in begins_hours
        for at in range(alerts)
    ]
    return issue_frame(rows)


def storms_of(issues: pl.DataFrame) -> list[int]:
    """How many issues each pattern holds, by time."""
    grouping = group_issues(issues, fingerprint_issues(issues))
    return grouping.patterns.sort("first_seen_at")["issue_count"].to_list()


def test_alerts_of_one_flood_are_one_pattern_and_a_silence_ends_it() -> None:
    assert storms_of(flood([0.0, 3.0, 9.0])) == [40, 40, 40]


def test_a_storm_is_named_by_its_time_as_all_storms_hold_the_same_messages() -> None:
    issues = flood([0.0, 3.0])
    names = group_issues(issues, fingerprint_issues(issues)).patterns.sort("first_seen_at")["name"].to_list()
    begins = [f"{START + timedelta(hours=hours):%Y-%m-%d %H:%M}" for hours in (0, 3)]
    assert [name.partition(": ")[0] for name in names] == [f"Alert storm of {time} UTC" for time in begins]


def test_a_flood_at_one_service_is_not_a_storm() -> None:
    one_place = flood([0.0, 3.0, 9.0], services=1)
    assert storms_of(one_place) != [40, 40, 40]


def test_a_stream_without_silence_is_not_a_storm() -> None:
    stream = flood([at * 200 / 3_600 for at in range(30)])
    members = group_issues(stream, fingerprint_issues(stream)).members
    assert not members["reason"].struct.field("text").str.contains("same flood of alerts").any()


def test_a_member_of_a_storm_says_that_time_put_it_there() -> None:
    issues = flood([0.0, 3.0])
    members = group_issues(issues, fingerprint_issues(issues)).members
    assert members["reason"].struct.field("text").str.contains("same flood of alerts").all()


def test_a_new_alert_joins_the_storm_that_goes_on_and_a_later_one_begins_another() -> None:
    issues = flood([0.0, 3.0])
    before = group_issues(issues, fingerprint_issues(issues))
    last = issues["source_created_at"].max()
    new = issues.head(2).with_columns(
        issue_id=pl.Series(["n0", "n1"]),
        source_created_at=pl.Series([last + timedelta(seconds=20), last + timedelta(hours=5)]),
    )
    delta = assign_issues(new, fingerprint_issues(new), before.index)
    home = before.members.filter(pl.col("issue_id") == issues["issue_id"][-1])["pattern_id"][0]
    joined = dict(delta.members.select("issue_id", "pattern_id").iter_rows())
    assert joined["n0"] == home
    assert joined.get("n1") != home


@pytest.mark.parametrize(("gap", "silence"), [(0.1, MIN_SILENCE_SECONDS), (1e4, MAX_SILENCE_SECONDS)])
def test_the_allowed_silence_has_bounds(gap: float, silence: float) -> None:
    assert compute_allowed_silence(np.full(20, gap)) == silence


@given(st.lists(st.floats(0.0, 1e5), min_size=1, max_size=60))
def test_storms_are_numbered_in_order_and_never_split_within_a_minute(raw: list[float]) -> None:
    seconds = np.sort(np.array(raw))
    storm = split_storms(seconds)
    steps = np.diff(storm)
    assert storm[0] == 0
    assert set(steps.tolist()) <= {0, 1}
    assert (steps[np.diff(seconds) <= MIN_SILENCE_SECONDS] == 0).all()
    assert (steps[np.diff(seconds) > MAX_SILENCE_SECONDS] == 1).all()
