"""Did the fix hold? Silence counts by the pattern's own rate; nothing fixes_at is hardly ever called held."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.act.proof import (
    PROOF_SCHEMA,
    estimate_required_quiet_days,
    prove_fixes,
    refute_reopened,
)
from causeloop_pipeline.analysis.act.proof_text import write_date
from causeloop_pipeline.analysis.before_after.activity import ActivityHistory, count_controls, to_days
from causeloop_pipeline.analysis.before_after.baseline import ObservationGaps
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.model.proof import Verdict
from tests.support.pattern_frames import build_frame, day, occurrences

FIXES = pl.Schema({"pattern_id": pl.String(), "fixed_at": INSTANT, "recommendation_id": pl.String()})
STEADY = {f"control {n}": [k * 6.0 + n for k in range(90)] for n in range(6)}


def fixes_at(at: float, *patterns: str) -> pl.DataFrame:
    keys = patterns or ("p",)
    return build_frame(
        [{"pattern_id": key, "fixed_at": day(at), "recommendation_id": f"r {key}"} for key in keys], FIXES
    )


def prove_one(events: Sequence[float], at: float, *, fix: float = 200, **options: Any) -> dict[str, Any]:
    others = options.pop("others", STEADY)
    seen = occurrences({"p": events} | others)
    return prove_fixes(fixes_at(fix), seen, as_of=day(at), **options).row(0, named=True)


def every(gap: float, start: float, end: float) -> list[float]:
    return [start + gap * n for n in range(int((end - start) / gap) + 1)]


@pytest.mark.parametrize(("events", "days"), [(5, 138), (12, 49), (40, 13)])
def test_the_required_quiet_days_follow_from_the_patterns_own_rate(events: int, days: int) -> None:
    assert estimate_required_quiet_days(events, 90) == pytest.approx(days, rel=0.05)


def test_clustered_events_need_a_longer_silence() -> None:
    assert estimate_required_quiet_days(12, 90, dispersion=3) > 1.5 * estimate_required_quiet_days(12, 90)


@pytest.mark.parametrize(("events", "days"), [(3, 0), (-1, 90)])
def test_no_baseline_is_refused(events: int, days: int) -> None:
    with pytest.raises(ValueError, match="no baseline"):
        estimate_required_quiet_days(events, days)


def test_long_silence_after_frequent_failures_has_held() -> None:
    proof = prove_one(every(5, 20, 195), 280)
    assert proof["verdict"] == "held"
    assert proof["probability_halved"] > 0.95
    assert proof["rate_ratio_low"] <= proof["rate_ratio"] <= proof["rate_ratio_high"] < 0.5
    assert (proof["events_after"], proof["days_after"]) == (0, 80)


def test_rare_failures_cannot_be_shown_yet_and_the_date_is_named() -> None:
    proof = prove_one([20, 70, 103, 160, 180], 231)
    assert proof["verdict"] == "not_provable_yet"
    assert proof["earliest_proof_date"] > day(231).date()
    assert write_date(proof["earliest_proof_date"]) in proof["text"]


def test_on_the_named_date_silence_is_proof_and_on_the_day_before_it_is_not() -> None:
    events = [20, 41, 49, 60, 78, 85, 97, 111, 118, 140, 147, 153, 170, 180]
    date = prove_one(events, 211)["earliest_proof_date"]
    days = (date - day(0).date()).days
    assert prove_one(events, days + 1.0)["verdict"] == "held"
    assert prove_one(events, days - 1.5)["verdict"] == "not_provable_yet"


def test_going_on_as_before_is_a_failure() -> None:
    assert prove_one(every(5, 20, 260), 262)["verdict"] == "failed"


def test_a_clear_but_small_gain_helped_in_part() -> None:
    proof = prove_one(every(1, 20, 198) + every(1.7, 202, 400), 400)
    assert proof["verdict"] == "partly"
    assert 0.5 < proof["rate_ratio"] < 1


def test_a_connector_that_was_down_makes_silence_worthless() -> None:
    down = pl.DataFrame({"started_at": [day(201)], "ended_at": [day(300)], "pattern_id": ["p"]})
    assert prove_one(every(5, 20, 195), 280, unobserved=down)["verdict"] == "no_exposure"


def test_only_the_observation_gaps_of_the_patterns_own_service_are_subtracted() -> None:
    def down(service: str | None) -> pl.DataFrame:
        rows = {"started_at": [day(210)], "ended_at": [day(230)], "service": [service]}
        return pl.DataFrame(rows, schema_overrides={"service": pl.String})

    assert prove_one(every(5, 20, 195), 280, unobserved=down("bank"))["days_after"] == 80
    assert prove_one(every(5, 20, 195), 280, unobserved=down("shop"))["days_after"] == 60
    assert prove_one(every(5, 20, 195), 280, unobserved=down(None))["days_after"] == 60


def test_what_others_did_in_an_observation_gap_says_nothing_about_the_rest() -> None:
    gaps = ObservationGaps(((to_days(day(210)), to_days(day(260))),))
    loud = {key: sorted({*days, *range(211, 260)}) for key, days in STEADY.items()}
    calm = {key: [at for at in days if not 210 < at < 260] for key, days in STEADY.items()}
    controls = [
        count_controls(
            ActivityHistory.from_frames(occurrences(others), fixes_at(200)),
            to_days(day(200)),
            to_days(day(280)),
            gaps,
        )
        for others in (STEADY, loud, calm)
    ]
    assert controls[0] == controls[1] == controls[2]
    assert (controls[0].after, controls[0].days_after) == (31, 30)


def test_overlapping_observation_gaps_count_once() -> None:
    down = pl.DataFrame({"started_at": [day(210), day(215)], "ended_at": [day(230), day(240)]})
    assert prove_one(every(5, 20, 195), 280, unobserved=down)["days_after"] == 50


def test_when_the_whole_workspace_falls_silent_silence_proves_nothing() -> None:
    silent = {key: [at for at in days if at < 200] for key, days in STEADY.items()}
    assert prove_one(every(5, 20, 195), 280, others=silent)["verdict"] == "no_exposure"


def test_when_untouched_patterns_calm_down_as_well_more_silence_is_needed() -> None:
    calmer = {
        key: [at for n, at in enumerate(days) if at < 200 or n % 4 == 0] for key, days in STEADY.items()
    }
    events = [at + 3 * (n % 3) for n, at in enumerate(every(12, 20, 190))]
    plain, corrected = (prove_one(events, 225, others=others) for others in (STEADY, calmer))
    assert corrected["expected_after"] < plain["expected_after"]
    assert corrected["earliest_proof_date"] > plain["earliest_proof_date"]


def test_the_same_failures_under_a_new_name_have_moved() -> None:
    new = STEADY | {"successor": every(5, 203, 280)}
    assert prove_one(every(5, 20, 195), 281, others=new)["verdict"] == "moved"


def test_a_proof_names_the_pattern_that_a_failure_moved_to() -> None:
    names = {"successor": "Cache evicts sessions", "second": "Sessions lost"}
    alone = STEADY | {"successor": every(5, 203, 280)}
    pair = alone | {"second": every(20, 210, 280)}
    texts = [prove_one(every(5, 20, 195), 281, others=each, names=names)["text"] for each in (alone, pair)]
    assert "“Cache evicts sessions”, a new pattern of the same service, occurred on 16 days" in texts[0]
    assert "“Cache evicts sessions” and 1 other new pattern of the same service occurred on" in texts[1]
    unnamed = prove_one(every(5, 20, 195), 281, others=alone)["text"]
    assert "since the fix, new patterns of the same service occurred on 16 days" in unnamed


def test_the_burst_that_led_to_the_fix_is_not_part_of_the_baseline() -> None:
    quiet = every(30, 20, 170)
    proof = prove_one([*quiet, 195, 196, 197, 198, 199], 231)
    assert proof["events_before"] == len(quiet)
    assert proof["verdict"] == "not_provable_yet"


def test_a_pattern_that_was_nothing_but_the_burst_has_no_baseline() -> None:
    proof = prove_one([195, 196, 197.5, 198, 199], 400)
    assert proof["events_before"] == 0
    assert proof["verdict"] == "not_provable_yet"


def test_a_young_pattern_that_failed_daily_for_weeks_is_more_than_a_burst() -> None:
    assert prove_one(every(1, 160, 199), 240)["verdict"] == "held"


def test_a_pattern_that_never_occurred_before_its_fix_has_no_rate_to_compare_with() -> None:
    proof = prove_one([], 260)
    assert proof["verdict"] == "not_provable_yet"
    assert (proof["rate_ratio"], proof["earliest_proof_date"]) == (None, None)


def test_a_fix_in_the_future_proves_nothing_yet() -> None:
    assert prove_one(every(5, 20, 195), 150)["verdict"] == "not_provable_yet"


def test_no_fixes_give_an_empty_frame_of_the_right_shape() -> None:
    proofs = prove_fixes(fixes_at(1).clear(), occurrences({"p": [1]}), as_of=day(9))
    assert (proofs.height, proofs.schema) == (0, PROOF_SCHEMA)


def test_the_same_input_gives_the_same_bytes_in_any_row_order() -> None:
    seen = occurrences(STEADY | {"p": every(9, 0, 300), "q": every(4, 0, 199)})
    fixes = fixes_at(200, "p", "q")
    first = prove_fixes(fixes, seen, as_of=day(280))
    second = prove_fixes(fixes.reverse(), seen.sample(fraction=1, shuffle=True, seed=2), as_of=day(280))
    assert_frame_equal(first, second)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 400), max_size=40), st.floats(0, 420), st.floats(0, 300))
def test_any_history_gets_a_verdict_in_bounds(events: list[float], at: float, fix: float) -> None:
    proof = prove_one(events, at, fix=fix)
    assert proof["verdict"] in set(Verdict)
    assert proof["text"]
    assert proof["days_before"] >= 0
    assert proof["days_after"] >= 0
    if proof["verdict"] == "held":
        assert proof["probability_halved"] >= 0.9
        assert proof["days_after"] >= 7
    if proof["probability_halved"] is not None:
        assert 0 <= proof["probability_halved"] <= 1


def test_a_fix_whose_pattern_came_back_after_it_was_resolved_has_failed_whatever_the_rates_say() -> None:
    proofs = prove_fixes(
        fixes_at(200, "p", "q"),
        occurrences({"p": every(5, 20, 195), "q": every(5, 21, 196)} | STEADY),
        as_of=day(280),
    )
    lifecycle = pl.DataFrame(
        {"pattern_id": ["p", "q"], "not_held": [["r p"], []], "text": ["Reopened", "Resolved"]},
        schema={"pattern_id": pl.String, "not_held": pl.List(pl.String), "text": pl.String},
    )

    refuted = refute_reopened(proofs, lifecycle)

    assert proofs["verdict"].to_list() == ["held", "held"]
    assert refuted["verdict"].to_list() == ["failed", "held"]
    assert refuted["text"][0] == "Reopened"
    assert_frame_equal(refuted[1:], proofs[1:])


def test_before_a_day_was_observed_there_is_no_rate_and_the_text_says_so() -> None:
    proof = prove_one([at + 3 * (n % 3) for n, at in enumerate(every(5, 20, 190))], 200.001)
    figures = ("rate_ratio", "rate_ratio_low", "rate_ratio_high", "probability_halved", "expected_after")
    assert [proof[name] for name in figures] == [None] * 5
    assert proof["verdict"] == "not_provable_yet"
    assert proof["text"].startswith("Less than a day has been observed since the fix;")
    assert write_date(proof["earliest_proof_date"]) in proof["text"]


def test_no_rate_is_shown_where_nothing_was_to_be_expected_yet() -> None:
    proof = prove_one([20, 55, 90, 131, 170], 205)
    assert proof["expected_after"] < 1
    assert proof["rate_ratio"] is None
    assert "Since the fix it occurred on 0 of 5 observed days, where hardly one was expected" in proof["text"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 300), max_size=60), st.floats(200, 320))
def test_every_ratio_that_is_shown_is_one_that_people_can_read(events: list[float], at: float) -> None:
    proof = prove_one(events, at)
    if proof["rate_ratio"] is not None:
        assert 0 <= proof["rate_ratio_low"] <= proof["rate_ratio"] <= proof["rate_ratio_high"] < 100


def test_two_of_two_weekly_turns_are_no_sign_that_a_fix_helped_and_five_of_five_a_failure() -> None:
    weekly = every(7, 165, 260)  # five before the fix, and on and on
    verdicts = [prove_one(weekly, at)["verdict"] for at in (204, 208, 215, 236)]
    assert verdicts == ["not_provable_yet", "not_provable_yet", "no_sign", "failed"]
    proof = prove_one(weekly, 215)
    assert (proof["turns_kept"], proof["turns_due"]) == (2, 2)
    assert "each week" in proof["text"]


def test_missed_turns_prove_the_fix_of_what_came_each_week() -> None:
    weekly = every(7, 60, 198)
    verdicts = [prove_one(weekly, at)["verdict"] for at in (206, 220, 250)]
    assert verdicts == ["not_provable_yet", "not_provable_yet", "held"]
    assert prove_one(weekly, 206)["earliest_proof_date"] == prove_one(weekly, 220)["earliest_proof_date"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 199), max_size=80), st.floats(0, 180))
def test_no_data_is_inconclusive_and_never_passed(events: list[float], days: float) -> None:
    down = pl.DataFrame({"started_at": [day(200)], "ended_at": [day(400)]})
    verdict = prove_one(events, 200 + days, unobserved=down)["verdict"]
    assert verdict in {Verdict.NO_EXPOSURE, Verdict.NOT_PROVABLE_YET}


def test_it_has_held_only_when_longer_quiet_than_ever_before() -> None:
    steady = [at + n % 3 for n, at in enumerate(every(4, 0, 190))]
    paused = [at for at in steady if not 5 < at < 70]
    assert [prove_one(events, 250)["verdict"] for events in (steady, paused)] == ["held", "not_provable_yet"]
    assert prove_one(paused, 300)["verdict"] == "held"


def test_a_look_knows_nothing_of_what_came_after_it() -> None:
    events = [at + 3 * (n % 3) for n, at in enumerate(every(5, 20, 190))]
    assert prove_one(events, 220) == prove_one([*events, 230, 233], 220)
