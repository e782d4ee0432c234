"""Risk between 0 and 100, higher with severity, chance, recency and breadth, in documented bands."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.predict.risk import (
    rate_impacts,
    score_issue_risk,
    score_pattern_risk,
)
from causeloop_pipeline.model.frames import RISK_SCHEMA
from tests.support.pattern_frames import build_pattern_frames, day, issue, no_predictions, predictions

AS_OF = day(100)
SEVERITIES = ["p4", "p3", "p2", "p1"]

issue_fields = st.fixed_dictionaries(
    {
        "at": st.floats(0, 110),
        "severity": st.sampled_from([*SEVERITIES, None, "odd"]),
        "service": st.sampled_from(["a", "b", "c", None]),
        "team": st.sampled_from(["x", "y", None]),
    }
)
histories = st.lists(issue_fields, min_size=1, max_size=8)
chances = st.one_of(st.none(), st.floats(0, 1))


def build(history: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    return build_pattern_frames({"p": [issue(f"i{place}", **fields) for place, fields in enumerate(history)]})


def risk_of_pattern(history: list[dict[str, Any]], chance: float | None, as_of: Any = AS_OF) -> float:
    patterns, members, issues = build(history)
    scored = score_pattern_risk(patterns, members, issues, predictions({"p": chance}), as_of=as_of)
    assert scored.schema == RISK_SCHEMA
    return float(scored["risk_score"][0])


def risk_of_first_issue(history: list[dict[str, Any]], chance: float | None) -> float:
    patterns, members, issues = build(history)
    scored = score_issue_risk(issues, members, predictions({"p": chance}), patterns, as_of=AS_OF)
    assert scored.schema == RISK_SCHEMA
    return float(scored.filter(pl.col("id") == "i0")["risk_score"][0])


@settings(deadline=None)
@given(histories, chances)
def test_risk_stays_between_0_and_100(history: list[dict[str, Any]], chance: float | None) -> None:
    assert 0 <= risk_of_pattern(history, chance) <= 100
    assert 0 <= risk_of_first_issue(history, chance) <= 100


@settings(deadline=None)
@given(histories, chances, st.sampled_from([0, 1, 2]))
def test_risk_never_falls_with_severity(
    history: list[dict[str, Any]], chance: float | None, step: int
) -> None:
    lower, higher = ([history[0] | {"severity": SEVERITIES[step + more]}, *history[1:]] for more in (0, 1))
    assert risk_of_pattern(lower, chance) <= risk_of_pattern(higher, chance)
    assert risk_of_first_issue(lower, chance) < risk_of_first_issue(higher, chance)


@settings(deadline=None)
@given(histories, st.floats(0, 1), st.floats(0, 1))
def test_risk_never_falls_with_the_chance_of_recurrence(
    history: list[dict[str, Any]], first: float, second: float
) -> None:
    low, high = sorted((first, second))
    assert risk_of_pattern(history, low) <= risk_of_pattern(history, high)
    assert risk_of_first_issue(history, low) <= risk_of_first_issue(history, high)


@settings(deadline=None)
@given(histories, chances, st.floats(0, 60))
def test_risk_never_rises_while_nothing_happens(
    history: list[dict[str, Any]], chance: float | None, wait: float
) -> None:
    assert risk_of_pattern(history, chance, day(100 + wait)) <= risk_of_pattern(history, chance)


@settings(deadline=None)
@given(histories, chances, st.sampled_from(["service", "team"]))
def test_risk_never_falls_with_breadth(
    history: list[dict[str, Any]], chance: float | None, dimension: str
) -> None:
    everywhere = [fields | {dimension: f"place {place}"} for place, fields in enumerate(history)]
    one_place = [fields | {dimension: "one place"} for fields in history]
    assert (
        risk_of_pattern(one_place, chance)
        <= risk_of_pattern(history, chance)
        <= risk_of_pattern(everywhere, chance)
    )
    assert risk_of_first_issue(one_place, chance) <= risk_of_first_issue(everywhere, chance)


def test_the_worst_that_can_be_is_critical_and_the_mildest_is_low() -> None:
    worst = [{"at": 100, "severity": "p1", "service": f"s{n}", "team": f"t{n}"} for n in range(12)]
    assert 90 <= risk_of_pattern(worst, 1.0) <= 100
    assert 90 <= risk_of_first_issue(worst, 1.0) <= 100
    assert risk_of_pattern([{"at": 0, "severity": "p4", "service": None, "team": None}], 0.0) < 40


def test_the_prediction_nearest_to_thirty_days_counts_and_one_without_probability_does_not() -> None:
    patterns, members, issues = build([{"at": 90}])
    many = pl.concat(
        [predictions({"p": p}, window_days=w) for w, p in ((7, 0.1), (30, None), (28, 0.9), (90, 0.95))]
    )
    both = [
        score_pattern_risk(patterns, members, issues, frame, as_of=AS_OF)
        for frame in (many, predictions({"p": 0.9}))
    ]
    assert_frame_equal(*both)


def test_an_issue_without_a_pattern_still_has_a_risk() -> None:
    patterns, members, issues = build([{"at": 100, "severity": "p1"}])
    scored = score_issue_risk(issues, members.clear(), no_predictions(), patterns, as_of=AS_OF)
    assert scored.rows() == [("i0", 58.8)]


def test_row_order_changes_no_score() -> None:
    history = [{"at": float(n), "severity": SEVERITIES[n % 4], "service": f"s{n % 3}"} for n in range(30)]
    patterns, members, issues = build(history)
    given_order = score_pattern_risk(patterns, members, issues, no_predictions(), as_of=AS_OF)
    reversed_order = score_pattern_risk(
        patterns, members.reverse(), issues.reverse(), no_predictions(), as_of=AS_OF
    )
    assert_frame_equal(given_order, reversed_order)


def impacts_of(patterns: pl.DataFrame, members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    occurrences = members.join(issues, on="issue_id").rename({"source_created_at": "occurred_at"})
    return rate_impacts(patterns, occurrences, AS_OF)


@pytest.mark.parametrize(
    ("severity", "impact"), [("p1", "high"), ("p2", "medium"), ("p3", "low"), ("p4", "low"), (None, "low")]
)
def test_impact_in_one_place_follows_severity(severity: str | None, impact: str) -> None:
    patterns, members, issues = build([{"at": 50, "severity": severity}] * 3)
    assert impacts_of(patterns, members, issues).rows() == [("p", impact)]


def test_a_critical_impact_is_severe_and_broad() -> None:
    patterns, members, issues = build(
        [{"at": 50, "severity": "p1", "service": f"s{n}", "team": f"t{n}"} for n in range(4)]
    )
    assert impacts_of(patterns, members, issues).rows() == [("p", "critical")]


def test_one_severe_issue_among_many_mild_ones_does_not_set_the_impact() -> None:
    history = [{"at": 50, "severity": "p1"}] + [{"at": 50, "severity": "p4"}] * 9
    assert impacts_of(*build(history)).rows() == [("p", "low")]
