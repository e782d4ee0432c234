"""Where little is known the advice says so: leave it, ask, find out what tells causes apart, or admit it."""

from typing import Any

import polars as pl
import pytest

from causeloop_pipeline.model.investigation import MAX_OPEN_INVESTIGATIONS
from causeloop_pipeline.model.pattern import SUGGESTION_BELOW
from causeloop_pipeline.model.recommendation import MIN_RECURRENCES
from tests.support.advising import TRACE, advise, advise_fully, failing
from tests.support.pattern_frames import issue as failure
from tests.support.pattern_frames import predictions

POST_MORTEM = "Checkout was down. Root cause: {} Mitigation: traffic was moved."
ODD = "replica-7 worker api: odd checksum state"  # about software, without a known family


def only(rows: pl.DataFrame) -> dict[str, Any]:
    assert rows.height == 1
    return rows.row(0, named=True)


def find_out(patterns: dict[str, list[dict[str, Any]]], **options: Any) -> pl.DataFrame:
    advice = advise_fully(patterns, **options)
    assert advice.recommendations.is_empty()
    return advice.investigations


def decide(investigations: pl.DataFrame, result: str | None, status: str = "done") -> pl.DataFrame:
    return investigations.select(
        "investigation_id",
        "pattern_id",
        "kind",
        status=pl.lit(status),
        result=pl.lit(result),
        note=pl.lit(None, pl.String),
    )


def test_a_pattern_that_will_hardly_come_back_is_left_alone() -> None:
    rows = {
        "rare": failing("rare", "a: read timed out"),
        "likely": failing("likely", "b: read timed out"),
    }
    recommended = advise(rows, {"rare": 0.01, "likely": 0.6})
    assert recommended["pattern_ids"].to_list() == [["likely"]]


@pytest.mark.parametrize("title", ["disk is full: no space left", "read timed out", "DIMM failure"])
def test_nothing_that_is_recommended_prevents_next_to_nothing(title: str) -> None:
    chances = {f"p{n}": 0.004 * 2**n for n in range(8)}
    recommended = advise({key: failing(key, f"{title} {key}") for key in chances}, chances)
    assert 0 < recommended.height < len(chances)
    assert (recommended["expected_loops_prevented"] >= 0.25 * MIN_RECURRENCES).all()


def test_a_pattern_of_little_confidence_is_a_question_and_gets_no_advice() -> None:
    doubtful = pl.lit(0.3).alias("confidence")
    advice = advise_fully({"p": failing("p", "read timed out")}, changed=doubtful)
    assert advice.recommendations.is_empty()
    assert advice.investigations.is_empty()
    assert advice.unexplained.pattern_ids == []
    sure = pl.lit(SUGGESTION_BELOW).alias("confidence")
    assert only(advise({"p": failing("p", "read timed out")}, changed=sure))["type"] == "config_change"


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


def test_without_a_known_cause_something_is_to_be_found_out_which_prevents_nothing() -> None:
    row = only(find_out({"p": failing("p", ODD)}))
    assert row["title"] == f"Find out whether “{ODD}” comes from one machine or one release"
    assert (row["first_cause"], row["second_cause"]) == ("one machine", "one release")
    assert row["to_note"] == "The host and release of ledger at each occurrence (on 5 of the last 180 days)"
    assert not [name for name in row if "prevented" in name or name == "rank"]
    spread = [dict(issue, service=f"s{n}") for n, issue in enumerate(failing("p", ODD))]
    row = only(find_out({"p": spread}))
    assert (row["first_cause"], row["second_cause"]) == ("a change", "something that the services share")


def test_a_habit_asks_for_the_jobs_of_that_hour() -> None:
    when = [{"weekday": "monday", "hours": "00-06", "share": 0.3, "lift": 2.0}]
    foreseen = predictions({"p": 0.5}, likely_when=when, event_count=12)
    row = only(find_out({"p": failing("p", ODD, 12)}, foreseen=foreseen))
    hours = "on Mondays between 00:00 and 06:00"
    assert row["title"] == f"Find out whether “{ODD}” {hours} comes from a job or from the load"


def test_nothing_has_to_be_noted_of_what_is_not_software() -> None:
    rows = {"p": failing("p", "Size chart shows inches"), "q": failing("q", "Patient fell out of bed")}
    advice = advise_fully(rows)
    assert advice.investigations.is_empty()
    assert advice.unexplained.pattern_ids == ["p", "q"]


def test_what_unexplained_patterns_share_is_listed_but_not_what_all_patterns_share() -> None:
    rows = {f"p{n}": failing(f"p{n}", f"Patient {n} fell", service="ward") for n in range(3)}
    rows |= {
        f"d{n}": failing(f"d{n}", f"/d{n}: no space left on device", service=f"db-{n}") for n in range(3)
    }
    assert advise_fully(rows).unexplained.traits == ["3 of 3 have the service ward"]


def test_three_at_most_are_to_be_found_out_at_a_time_and_they_stay_until_they_are() -> None:
    rows = {f"p{n}": failing(f"p{n}", f"{ODD} {n}") for n in range(6)}
    chances: dict[str, float | None] = {f"p{n}": 0.3 + 0.05 * n for n in range(6)}
    first = find_out(rows, chances=chances)
    assert first["pattern_id"].to_list() == ["p5", "p4", "p3"]
    assert first.height == MAX_OPEN_INVESTIGATIONS

    rising: dict[str, float | None] = dict(chances) | {"p0": 0.9}
    again = find_out(rows, chances=rising, investigations=decide(first, None, "open"))
    assert set(again["pattern_id"]) == {"p5", "p4", "p3"}


@pytest.mark.parametrize(("result", "family"), [("first", "hardware"), ("second", "releases")])
def test_what_was_found_out_becomes_the_evidence_of_a_fix(result: str, family: str) -> None:
    rows = {"p": failing("p", ODD)}
    states = decide(find_out(rows), result)
    row = only(advise(rows, investigations=states))
    assert family in row["title"]
    assert "People found out that it is one " in row["rationale"]


@pytest.mark.parametrize(("status", "result"), [("done", "neither"), ("dismissed", None)])
def test_what_showed_nothing_or_was_dismissed_is_not_offered_again(status: str, result: str | None) -> None:
    rows = {"p": failing("p", ODD)}
    state = decide(find_out(rows), result, status)
    advice = advise_fully(rows, investigations=state)
    assert advice.recommendations.is_empty()
    assert advice.investigations.is_empty()
    assert advice.unexplained.pattern_ids == ["p"]


def test_a_line_of_code_where_the_latest_traces_end_is_the_fix() -> None:
    body = TRACE.replace("NullPointer", "Odd")
    row = only(advise({"p": failing("p", "an odd thing", body=body)}))
    assert row["title"] == (
        "Fix com.acme.Cart.total in ledger: all of the last 5 traces fail there with java.lang.OddException"
    )
    assert row["type"] == "code_fix"


def test_what_came_on_one_day_and_cannot_be_foretold_gets_no_advice() -> None:
    flood = [failure(f"f-{n}", 20 + n / 1440, title="read timed out", service="ledger") for n in range(30)]

    assert advise({"p": flood}, {"p": None}).is_empty()
    assert not advise({"p": flood}, {"p": 0.6}).is_empty()


def test_a_storm_of_one_day_shows_no_hours_to_watch() -> None:
    when = [{"weekday": "monday", "hours": "00-06", "share": 0.3, "lift": 2.0}]
    flood = [failure(f"f-{n}", 20 + n / 1440, title="read timed out", service="ledger") for n in range(30)]
    row = only(advise({"p": flood}, foreseen=predictions({"p": 0.5}, likely_when=when, event_count=30)))

    assert "Monday" not in row["title"] + "\n".join(row["steps"])


def test_an_exception_that_says_only_that_something_failed_names_nothing() -> None:
    body = TRACE.replace("java.lang.NullPointerException", "Error")
    text = "12 of 12 occurrences came within 12 hours after a deploy of ledger (1.2 expected by chance)"
    foreseen = predictions({"p": 0.5}, evidence=[{"kind": "deploy", "text": text, "count": 12, "of": 12}])
    row = only(
        advise({"p": failing("p", "the page differs from the server", 12, body=body)}, foreseen=foreseen)
    )
    plan = "\n".join(row["steps"])
    assert "a health check that covers “the page differs from the server”" in plan


@pytest.mark.parametrize(
    ("result", "title"), [("first", "Validate the incoming"), ("second", "Make releases")]
)
def test_of_an_exception_the_input_is_to_be_noted_and_not_the_machine(result: str, title: str) -> None:
    rows = {"p": failing("p", "KeyError: 'stop_id' in arrivals parser")}
    investigations = find_out(rows)
    row = only(investigations)
    assert (row["first_cause"], row["second_cause"]) == ("a certain input", "one release")
    assert row["to_note"].startswith("The id of the input and the release of ledger")
    assert only(advise(rows, investigations=decide(investigations, result)))["title"].startswith(title)
