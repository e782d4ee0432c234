"""Hit, miss or prevented: a quiet window is only prevented when a fix was in force and silence was unlikely
without it.
"""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.outcomes import OUTCOME_SCHEMA, grade_predictions
from causeloop_pipeline.model.frames import INSTANT, OBSERVATION_GAP_SCHEMA
from tests.support.recurring_failures import AS_OF, at, occurrences

BUSY = [float(day) for day in range(60, 200, 3)]
RARE = [199.0, 120.0, 61.0]


def issue_prediction(pattern="a", days_ago=40.0, window=30, probability=0.8, name="one"):
    return pl.DataFrame(
        [(name, pattern, at(days_ago), window, probability)],
        schema={
            "prediction_id": pl.String,
            "pattern_id": pl.String,
            "issued_at": pl.Datetime("us", "UTC"),
            "window_days": pl.Int64,
            "probability": pl.Float64,
        },
        orient="row",
    )


def fix(days_ago=50.0, pattern="a", ended=None):
    schema = pl.Schema({"pattern_id": pl.String(), "fixed_at": INSTANT, "ended_at": INSTANT})
    return pl.DataFrame([(pattern, at(days_ago), ended)], schema=schema, orient="row")


def gap(begin=20.0, end=0.0, pattern="a"):
    return pl.DataFrame([(pattern, at(begin), at(end))], schema=OBSERVATION_GAP_SCHEMA, orient="row")


def grade(past, fixes=None, prediction=None, gaps=None):
    predictions = issue_prediction() if prediction is None else prediction
    rows = grade_predictions(predictions, occurrences({"a": past}), fixes, as_of=AS_OF, observation_gaps=gaps)
    assert rows.schema == OUTCOME_SCHEMA
    return rows.row(0, named=True) if rows.height else None


def test_an_event_in_the_window_is_a_hit_even_with_a_fix():
    assert grade([*BUSY, 20.0], fix())["outcome"] == "hit"


def test_a_quiet_window_without_a_fix_is_a_miss():
    row = grade(BUSY)
    assert (row["outcome"], row["reason"], row["counterfactual_rate"]) == ("miss", "quiet", None)


def test_a_busy_pattern_that_fell_silent_under_a_fix_was_prevented():
    row = grade(BUSY, fix())
    assert (row["outcome"], row["reason"]) == ("prevented", "fix_in_force")
    assert 0.2 < row["counterfactual_rate"] < 0.4


def test_silence_that_was_likely_anyway_is_a_miss_with_or_without_a_fix():
    row = grade(RARE, fix())
    assert (row["outcome"], row["reason"]) == ("miss", "quiet_without_fix_likely")


def test_the_burst_that_caused_the_fix_is_not_a_baseline():
    burst = [50.0 + hour / 24 for hour in range(1, 40)]
    assert grade([*RARE, *burst], fix(50.0))["outcome"] == "miss"


@pytest.mark.parametrize("fixes", [fix(5.0), fix(50.0, "other"), fix(50.0, ended=at(30.0))])
def test_a_fix_that_came_later_elsewhere_or_had_failed_prevents_nothing(fixes):
    assert grade(BUSY, fixes)["outcome"] == "miss"


def test_a_fix_without_history_before_it_proves_nothing():
    assert grade([200.5, 200.2], fix(200.0))["reason"] == "no_history_before_fix"


def test_open_windows_and_missing_probabilities_are_not_graded():
    assert grade(BUSY, prediction=issue_prediction(days_ago=10.0)) is None
    unpredicted = issue_prediction().with_columns(probability=pl.lit(None, pl.Float64))
    assert grade(BUSY, prediction=unpredicted) is None


def test_an_event_at_the_end_of_the_window_is_outside():
    assert grade([*BUSY, 10.0])["outcome"] == "miss"
    assert grade([*BUSY, 40.0])["outcome"] == "hit"


def test_a_pattern_that_has_vanished_is_a_miss():
    rows = grade_predictions(
        issue_prediction("gone"), occurrences({"a": BUSY}), None, as_of=AS_OF + timedelta(days=1)
    )
    assert rows["outcome"].to_list() == ["miss"]


@pytest.mark.parametrize("gaps", [gap(60.0), gap(20.0), gap(35.0, 30.0), gap(10.001)])
def test_a_quiet_window_that_could_not_be_observed_is_not_graded_yet(gaps):
    assert grade(BUSY, gaps=gaps) is None
    assert grade(BUSY, fix(), gaps=gaps) is None


@pytest.mark.parametrize("gaps", [gap(10.0), gap(60.0, 40.0), gap(60.0, pattern="b")])
def test_an_outage_outside_the_window_or_of_another_pattern_does_not_matter(gaps):
    assert grade(BUSY, gaps=gaps)["outcome"] == "miss"


def test_what_was_seen_in_a_window_is_a_hit_however_long_it_was_gap():
    assert grade([*BUSY, 20.0], gaps=gap(60.0))["outcome"] == "hit"


def test_a_gap_before_anything_was_observed_lowers_no_rate():
    young, before = [60.0, 57.0, 54.0], gap(400.0, 61.0)
    rows = pl.concat([occurrences({"a": young}), occurrences({"old": [300.0]})])
    rates = [
        grade_predictions(issue_prediction(), rows, fix(), as_of=AS_OF, observation_gaps=gaps)[
            "counterfactual_rate"
        ].item()
        for gaps in (None, before)
    ]
    assert rates[0] < 0.05
    assert rates[1] > 0.1
