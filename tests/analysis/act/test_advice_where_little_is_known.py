"""Where little is known the advice says so: leave it, check it first, or observe what tells causes apart."""

from typing import Any

import polars as pl
import pytest

from causeloop_pipeline.analysis.act.diagnoses import SUGGESTION_BELOW
from causeloop_pipeline.model.recommendation import MIN_RECURRENCES
from tests.support.advising import TRACE, advise, failing
from tests.support.pattern_frames import issue as failure
from tests.support.pattern_frames import predictions

POST_MORTEM = "Checkout was down. Root cause: {} Mitigation: traffic was moved."


def only(rows: pl.DataFrame) -> dict[str, Any]:
    assert rows.height == 1
    return rows.row(0, named=True)


def test_a_pattern_that_will_hardly_come_back_is_left_alone() -> None:
    rows = {"rare": failing("rare", "a timed out"), "likely": failing("likely", "b timed out")}
    recommended = advise(rows, {"rare": 0.01, "likely": 0.6})
    assert recommended["pattern_ids"].to_list() == [["likely"]]


@pytest.mark.parametrize("title", ["disk is full", "read timed out", "an odd thing", "DIMM failure"])
def test_nothing_that_is_recommended_prevents_next_to_nothing(title: str) -> None:
    chances = {f"p{n}": 0.004 * 2**n for n in range(8)}
    recommended = advise({key: failing(key, f"{title} {key}") for key in chances}, chances)
    assert 0 < recommended.height < len(chances)
    assert (recommended["expected_loops_prevented"] >= 0.25 * MIN_RECURRENCES).all()


def test_a_pattern_of_little_confidence_is_a_suggestion_to_be_checked_before_anything_is_changed() -> None:
    doubtful = pl.lit(0.3).alias("confidence")
    row = only(advise({"p": failing("p", "read timed out")}, changed=doubtful))
    assert row["title"] == "Check whether the issues of “read timed out” are one problem"
    assert "a suggestion (confidence 0.30)" in row["rationale"]
    assert (row["type"], row["effort"]) == ("process", "low")
    sure = pl.lit(SUGGESTION_BELOW).alias("confidence")
    assert only(advise({"p": failing("p", "read timed out")}, changed=sure))["type"] == "config_change"


def test_what_a_check_prevents_counts_the_chance_that_there_is_one_problem() -> None:
    def estimate(confidence: float) -> dict[str, Any]:
        stated = pl.lit(confidence).alias("confidence")
        return only(advise({"p": failing("p", "an odd thing")}, changed=stated))

    fainter, firmer = estimate(0.2), estimate(0.4)
    assert firmer["expected_loops_prevented"] == pytest.approx(
        2 * fainter["expected_loops_prevented"], abs=2e-3
    )
    assert (fainter["expected_low"], firmer["expected_low"]) == (0, 0)
    assert "times the chance of 40 % that they are one problem" in firmer["rationale"]
    assert firmer["score"] == pytest.approx(2 * fainter["score"], rel=1e-4)


def test_a_suggestion_that_is_hardly_one_problem_is_left_alone() -> None:
    faint = pl.lit(0.02).alias("confidence")
    assert advise({"p": failing("p", "an odd thing")}, {"p": 0.6}, changed=faint).is_empty()


@pytest.mark.parametrize(
    ("cause", "title"),
    [
        ("a misconfigured route.", "Check the configuration of ledger before it goes live"),
        ("a power outage in the building.", "Replace or retire the failing hardware of ledger"),
        ("an outage of a third-party provider.", "Keep ledger working when its provider does not"),
        ("a sudden increase in traffic.", "Give ledger the capacity its load needs"),
    ],
)
def test_the_cause_that_people_state_decides_before_the_words_of_the_symptom(cause: str, title: str) -> None:
    row = only(advise({"p": failing("p", "read timed out", body=POST_MORTEM.format(cause))}))
    assert row["title"] == title


def test_causes_that_people_state_differently_decide_nothing() -> None:
    stated = ["a misconfigured route.", "a power outage.", "a sudden increase in traffic."]
    issues = failing("p", "read timed out", 6)
    for number, issue in enumerate(issues):
        issue["body"] = POST_MORTEM.format(stated[number % 3])
    assert only(advise({"p": issues}))["title"] == "Bound and align the timeouts of ledger"


def test_without_a_known_cause_the_title_is_the_observation_and_the_reason_names_both_causes() -> None:
    row = only(advise({"p": failing("p", "an odd thing")}))
    assert row["title"] == "Note host and release with each “an odd thing” in ledger"
    assert "tells whether it is one machine or one release." in row["rationale"]
    spread = [dict(issue, service=f"s{n}") for n, issue in enumerate(failing("p", "an odd thing"))]
    row = only(advise({"p": spread}))
    assert row["title"] == "Note service and last change with each “an odd thing”"
    assert "a change or something shared by all services" in row["rationale"]


def test_a_trace_asks_for_the_input_and_a_habit_for_the_jobs_of_that_hour() -> None:
    body = TRACE.replace("NullPointer", "Odd")
    row = only(advise({"p": failing("p", "an odd thing", body=body)}))
    assert row["title"].startswith("Keep the input of com.acme.Cart.total at the next “")
    when = [{"weekday": "monday", "hours": "00-06", "share": 0.3, "lift": 2.0}]
    foreseen = predictions({"p": 0.5}, likely_when=when, event_count=12)
    row = only(advise({"p": failing("p", "an odd thing", 12)}, foreseen=foreseen))
    assert row["title"] == "Note the running jobs and the load of ledger on Monday, 00-06 h"
    assert "a scheduled job or the load at that time" in row["rationale"]


def test_no_title_asks_to_record_why() -> None:
    titles = [only(advise({"p": failing("p", text)}))["title"] for text in ("odd", "E17 again", "x")]
    assert not [title for title in titles if title.startswith(("Record why", "Find the root cause"))]


def test_what_came_on_one_day_and_cannot_be_foretold_gets_no_advice() -> None:
    flood = [failure(f"f-{n}", 20 + n / 1440, title="read timed out", service="ledger") for n in range(30)]

    assert advise({"p": flood}, {"p": None}).is_empty()
    assert not advise({"p": flood}, {"p": 0.6}).is_empty()
    assert not advise({"p": failing("p", "read timed out")}, {"p": None}).is_empty()


def test_a_storm_of_one_day_shows_no_hours_to_watch() -> None:
    when = [{"weekday": "monday", "hours": "00-06", "share": 0.3, "lift": 2.0}]
    flood = [failure(f"f-{n}", 20 + n / 1440, title="an odd thing", service="ledger") for n in range(30)]
    row = only(advise({"p": flood}, foreseen=predictions({"p": 0.5}, likely_when=when, event_count=30)))

    assert "Monday" not in row["title"] + "\n".join(row["steps"])
