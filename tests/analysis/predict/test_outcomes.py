"""Hit, miss or prevented: a quiet window is only prevented when a fix was in force and silence was unlikely
without it.
"""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.predict.outcomes import OUTCOMES, grade_predictions
from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import BLIND
from tests.support.recurring_failures import AS_OF, at, occurrences

BUSY = [float(day) for day in range(60, 200, 3)]
RARE = [199.0, 120.0, 61.0]


def issued(pattern="a", days_ago=40.0, window=30, probability=0.8, name="one"):
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
    schema = {
        "pattern_id": pl.String,
        "fixed_at": pl.Datetime("us", "UTC"),
        "ended_at": pl.Datetime("us", "UTC"),
    }
    return pl.DataFrame([(pattern, at(days_ago), ended)], schema=schema, orient="row")


def blind(begin=20.0, end=0.0, pattern="a"):
    return pl.DataFrame([(pattern, at(begin), at(end))], schema=BLIND, orient="row")


def grade(past, fixes=None, prediction=None, unseen=None):
    said = issued() if prediction is None else prediction
    rows = grade_predictions(said, occurrences({"a": past}), fixes, as_of=AS_OF, blind=unseen)
    assert rows.schema == OUTCOMES
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


def test_silence_that_was_likely_anyway_is_a_miss_fix_or_not():
    row = grade(RARE, fix())
    assert (row["outcome"], row["reason"]) == ("miss", "quiet_without_fix_likely")


def test_the_burst_that_caused_the_fix_is_no_baseline():
    burst = [50.0 + hour / 24 for hour in range(1, 40)]
    assert grade([*RARE, *burst], fix(50.0))["outcome"] == "miss"


@pytest.mark.parametrize("fixes", [fix(5.0), fix(50.0, "other"), fix(50.0, ended=at(30.0))])
def test_a_fix_that_came_later_elsewhere_or_had_failed_prevents_nothing(fixes):
    assert grade(BUSY, fixes)["outcome"] == "miss"


def test_a_fix_without_history_before_it_proves_nothing():
    assert grade([200.5, 200.2], fix(200.0))["reason"] == "no_history_before_fix"


def test_open_windows_and_missing_probabilities_are_not_graded():
    assert grade(BUSY, prediction=issued(days_ago=10.0)) is None
    silent = issued().with_columns(probability=pl.lit(None, pl.Float64))
    assert grade(BUSY, prediction=silent) is None


def test_an_event_at_the_end_of_the_window_is_outside():
    assert grade([*BUSY, 10.0])["outcome"] == "miss"
    assert grade([*BUSY, 40.0])["outcome"] == "hit"


def test_a_pattern_that_has_vanished_is_a_miss():
    rows = grade_predictions(issued("gone"), occurrences({"a": BUSY}), None, as_of=AS_OF + timedelta(days=1))
    assert rows["outcome"].to_list() == ["miss"]


@pytest.mark.parametrize("unseen", [blind(60.0), blind(20.0), blind(35.0, 30.0), blind(10.001)])
def test_a_window_that_was_quiet_because_nothing_could_be_seen_is_not_graded_yet(unseen):
    assert grade(BUSY, unseen=unseen) is None
    assert grade(BUSY, fix(), unseen=unseen) is None


@pytest.mark.parametrize("unseen", [blind(10.0), blind(60.0, 40.0), blind(60.0, pattern="b")])
def test_an_outage_outside_the_window_or_of_another_pattern_does_not_matter(unseen):
    assert grade(BUSY, unseen=unseen)["outcome"] == "miss"


def test_what_was_seen_in_a_window_is_a_hit_however_long_it_was_blind():
    assert grade([*BUSY, 20.0], unseen=blind(60.0))["outcome"] == "hit"


def test_time_before_anything_was_seen_lowers_no_rate():
    young, before = [60.0, 57.0, 54.0], blind(400.0, 61.0)
    rows = pl.concat([occurrences({"a": young}), occurrences({"old": [300.0]})])
    rates = [
        grade_predictions(issued(), rows, fix(), as_of=AS_OF, blind=unseen)["counterfactual_rate"].item()
        for unseen in (None, before)
    ]
    assert rates[0] < 0.05
    assert rates[1] > 0.1
