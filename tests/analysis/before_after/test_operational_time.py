"""Exposure as the clock of a proof: with half the runs, half the failures are not success."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.proof import prove_fixes
from causeloop_pipeline.analysis.before_after.exposure import choose_exposure
from causeloop_pipeline.analysis.before_after.operational_time import OperationalTime
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.model.proof_frames import EXPOSURE_SCHEMA
from tests.analysis.act.test_proof import STEADY, every, fixes_at
from tests.support.pattern_frames import build_frame, day, occurrences

FIXED, END = 200, 260
IRREGULAR = [at + 3 * (n % 3) for n, at in enumerate(every(5, 20, 190))]


def attach(counts: dict[int, int], **scope: Any) -> pl.DataFrame:
    row = {"pattern_id": "p", "unit": "executions", "is_attached": True} | scope
    rows = [
        row | {"started_at": day(at), "ended_at": day(at + 1), "count": count} for at, count in counts.items()
    ]
    return build_frame(rows, EXPOSURE_SCHEMA)


def prove(events: list[float], exposure: pl.DataFrame | None, at: float = END) -> dict[str, Any]:
    seen = occurrences({"p": events} | STEADY)
    return prove_fixes(fixes_at(FIXED), seen, as_of=day(at), exposure=exposure).row(0, named=True)


def runs(before: int, since: int) -> dict[int, int]:
    return {at: before if at < FIXED else since for at in range(END)}


def test_a_tenth_of_the_runs_takes_ten_times_the_days() -> None:
    by_day, usual, rarely = (
        prove(IRREGULAR, exposure) for exposure in (None, attach(runs(20, 20)), attach(runs(20, 2)))
    )
    assert (by_day["verdict"], usual["verdict"]) == (Verdict.HELD, Verdict.HELD)
    assert rarely["verdict"] == Verdict.NOT_PROVABLE_YET
    assert (rarely["exposure_unit"], rarely["exposure_after"]) == ("executions", 120)
    assert 300 < rarely["exposure_needed"] < 1500
    assert f"120 of the {rarely['exposure_needed']:,} executions needed" in rarely["text"]
    assert rarely["earliest_proof_date"] > usual["earliest_proof_date"]


def test_silence_over_many_runs_proves_a_fix_sooner() -> None:
    hurried = prove(IRREGULAR, attach(runs(20, 200)), at=206)
    assert hurried["verdict"] == Verdict.HELD
    assert prove(IRREGULAR, None, at=206)["verdict"] == Verdict.NOT_PROVABLE_YET


def test_half_the_failures_in_half_the_runs_are_not_a_success() -> None:
    halved = [*IRREGULAR, *every(10, 205, 255)]
    by_run = prove(halved, attach(runs(20, 10)))
    assert by_run["rate_ratio"] == pytest.approx(1, abs=0.4)
    assert by_run["verdict"] not in {Verdict.HELD, Verdict.PARTLY}


def test_what_fails_in_twice_the_runs_as_often_as_before_has_halved() -> None:
    going_on = [*IRREGULAR, *every(5, 204, 259)]
    assert prove(going_on, attach(runs(20, 40)))["rate_ratio"] == pytest.approx(0.5, abs=0.2)
    assert prove(going_on, None)["rate_ratio"] == pytest.approx(1, abs=0.4)


@given(
    events=st.lists(st.floats(20, 199), min_size=1, max_size=40, unique=True),
    since=st.dictionaries(st.integers(FIXED, END - 1), st.just(0), max_size=60),
    before=st.integers(0, 1000),
    scope=st.sampled_from([{}, {"pattern_id": None, "service": "shop"}]),
    at=st.integers(FIXED, END),
)
@settings(max_examples=60, deadline=None)
def test_no_data_is_inconclusive_and_never_passed(
    events: list[float], since: dict[int, int], before: int, scope: dict[str, Any], at: int
) -> None:
    exposure = attach(dict.fromkeys(range(FIXED), before) | since, **scope)
    proof = prove(sorted(events), exposure, at)
    assert proof["verdict"] in {Verdict.NO_EXPOSURE, Verdict.NOT_PROVABLE_YET}
    assert proof["probability_halved"] is None or proof["days_after"] == 0


def test_days_without_runs_prove_nothing_although_the_runs_before_are_not_stated() -> None:
    only_since = attach({at: 5 if at < 203 else 0 for at in range(FIXED, END)})
    proof = prove(IRREGULAR, only_since)
    assert proof["exposure_unit"] is None
    assert proof["days_after"] == pytest.approx(3)
    assert proof["verdict"] in {Verdict.NO_EXPOSURE, Verdict.NOT_PROVABLE_YET}


def test_a_failure_without_a_counted_run_still_counts_against_the_fix() -> None:
    assert prove([*IRREGULAR, 230, 235], attach(runs(20, 0)))["events_after"] >= 1


def test_what_was_attached_to_the_pattern_comes_first_then_to_its_service_then_stored_runs() -> None:
    own, service = attach({1: 1}), attach({1: 2}, pattern_id=None, service="shop")
    stored = attach({1: 4}, is_attached=False)
    totals = [
        choose_exposure(pl.concat(frames), ["p"], {"p": "shop"})["p"].totals[-1]
        for frames in ([stored, service, own], [stored, service], [stored])
    ]
    assert totals == [1, 2, 4]
    assert choose_exposure(service, ["p"], {"p": "till"}) == {}


def test_of_several_units_executions_come_first() -> None:
    both = pl.concat([attach({1: 9}, unit="deploys"), attach({1: 3})])
    assert choose_exposure(both, ["p"], {})["p"].unit == "executions"


def test_exposure_goes_on_as_in_the_last_four_weeks() -> None:
    time = OperationalTime.from_spans([(float(at), at + 1.0, 10.0) for at in range(40)], "requests")
    ahead = time.extend(40.0, 10.0)
    assert ahead.count_until(np.array([0.0, 20.0, 40.0, 45.0])).tolist() == [0, 200, 400, 450]


def test_days_without_exposure_are_named() -> None:
    time = OperationalTime.from_spans([(0.0, 1.0, 4.0), (1.0, 2.0, 0.0), (3.0, 4.0, 1.0)], "deploys")
    assert time.find_unused_days(0.5, 5.25) == [(1, 2), (2, 3), (4, 5), (5, 5.25)]
    assert [time.covers(at) for at in (0.5, 1.5, 2.5, 3.5, 9.0)] == [True, False, False, True, False]
