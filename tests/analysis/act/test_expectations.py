"""What must stay true after a fix is met, broken, or without data inconclusive."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.expectations import Observations, evaluate_expectations
from causeloop_pipeline.model.frames import OBSERVATION_GAP_SCHEMA
from causeloop_pipeline.model.proof_frames import EXPECTATION_SCHEMA, JOB_RUN_SCHEMA
from tests.support.pattern_frames import build_frame, day, occurrences

FIXED, UNTIL, OVER = 100, 130, 131.1  # day 100 is Saturday, 11 April 2026
SILENCE = {"kind": "no_occurrence", "pattern_id": "p"}
JOB = {"kind": "job_passes", "job": "nightly"}


def evaluate(
    expectation: dict[str, Any],
    *,
    seen: Sequence[float] = (),
    runs: Sequence[tuple[float, bool]] = (),
    gaps: Sequence[tuple[float, float]] = (),
    as_of: float = OVER,
) -> dict[str, Any]:
    row = {"expectation_id": "e", "since": day(FIXED), "until": day(UNTIL).date()} | expectation
    observed = Observations(
        occurrences({"p": seen, "another": [FIXED + 1]}),
        build_frame(
            [{"job": "nightly", "ran_at": day(at), "is_success": passed} for at, passed in runs],
            JOB_RUN_SCHEMA,
        ),
        build_frame(
            [{"pattern_id": "p", "started_at": day(left), "ended_at": day(right)} for left, right in gaps],
            OBSERVATION_GAP_SCHEMA,
        ),
    )
    frame = build_frame([row], EXPECTATION_SCHEMA)
    return evaluate_expectations(frame, observed, as_of=day(as_of), timezone="UTC").row(0, named=True)


@pytest.mark.parametrize(
    ("seen", "as_of", "status"),
    [
        ([99], OVER, "met"),
        ([99], 120, "open"),
        ([110], 120, "broken"),
        ([130.9], OVER, "broken"),
        ([131.05], OVER, "met"),
        ([125], 120, "open"),
    ],
)
def test_no_occurrence_is_broken_by_the_first_until_its_last_day(
    seen: list[float], as_of: float, status: str
) -> None:
    assert evaluate(SILENCE, seen=seen, as_of=as_of)["status"] == status


def test_a_broken_one_names_the_day() -> None:
    broken = evaluate(SILENCE | {"service": "shop"}, seen=[110, 115])
    assert broken["broken_at"] == day(110)
    assert broken["text"] == "Broken on 21 Apr 2026: it occurred in shop."


def test_only_the_named_service_counts() -> None:
    assert evaluate(SILENCE | {"service": "till"}, seen=[110])["status"] == "met"


@pytest.mark.parametrize(
    ("seen", "broken_at"),
    [
        ([102, 103, 108.9], 108.9),  # all from Monday 13 to Sunday 19 April
        ([100.5, 101.9, 102, 103], None),  # two in each week
        ([102, 102.1, 102.2, 102.3], 102.2),
    ],
)
def test_at_most_twice_a_week_is_counted_from_monday_to_sunday(
    seen: list[float], broken_at: float | None
) -> None:
    result = evaluate({"kind": "at_most", "pattern_id": "p", "most": 2}, seen=seen)
    assert result["broken_at"] == (None if broken_at is None else day(broken_at))
    assert result["status"] == ("met" if broken_at is None else "broken")


def test_what_goes_on_for_ever_is_never_met() -> None:
    assert evaluate(SILENCE | {"until": None}, as_of=900)["status"] == "open"
    assert evaluate(JOB | {"until": None}, runs=[(110, False)])["status"] == "broken"


@pytest.mark.parametrize(
    ("runs", "status"),
    [
        ([(101, True), (102, True)], "met"),
        ([(101, True), (102, False), (103, True)], "broken"),
        ([(99, False), (101, True)], "met"),
        ([], "inconclusive"),
        ([(99, True)], "inconclusive"),
    ],
)
def test_a_job_passes_if_it_ran_and_no_run_failed(runs: list[tuple[float, bool]], status: str) -> None:
    assert evaluate(JOB, runs=runs)["status"] == status


@given(start=st.floats(0, 129), length=st.floats(0.01, 400), most=st.integers(0, 5))
def test_no_data_is_inconclusive_and_never_met(start: float, length: float, most: int) -> None:
    gap = (start, start + length)
    overlaps = gap[1] > FIXED + 0.001
    for expectation in (SILENCE, {"kind": "at_most", "pattern_id": "p", "most": most}):
        status = evaluate(expectation, gaps=[gap])["status"]
        assert status == ("inconclusive" if overlaps else "met") or FIXED < gap[1] <= FIXED + 0.001


def test_the_last_day_ends_in_the_time_zone_of_the_workspace() -> None:
    frame = build_frame(
        [SILENCE | {"expectation_id": "e", "since": day(FIXED), "until": date(2026, 5, 1)}],
        EXPECTATION_SCHEMA,
    )
    late = occurrences({"p": [120 + 23.5 / 24]})  # 1 May, 23:30 in UTC, 2 May in Berlin
    statuses = [
        evaluate_expectations(
            frame,
            Observations(late, JOB_RUN_SCHEMA.to_frame(), OBSERVATION_GAP_SCHEMA.to_frame()),
            as_of=day(140),
            timezone=zone,
        )["status"][0]
        for zone in ("UTC", "Europe/Berlin")
    ]
    assert statuses == ["broken", "met"]
