"""A fix that holds lowers the probability, as far as the occurrences since support it and no further."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.fix_effect import (
    FixObservation,
    estimate_fix_effect,
    estimate_fix_effects,
    lower_by_fixes,
)
from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs, predict_recurrence
from causeloop_pipeline.model.frames import CLAIMED_FIX_SCHEMA
from tests.support.claimed_fixes import predict_from_rate, predictions, simulate_fixes
from tests.support.recurring_failures import AS_OF, at, occurrences, workspace

TODAY = AS_OF.date()
WINDOWS = np.array([7.0, 14.0, 30.0, 90.0])
EVERY_FIVE_DAYS = [float(day) for day in range(90, 360, 5)]


def claim_fix(pattern_id: str, *days_ago: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"pattern_id": pattern_id, "fixed_at": [at(day) for day in days_ago]}, schema=CLAIMED_FIX_SCHEMA
    )


def lower(frame: pl.DataFrame, claims: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return lower_by_fixes(frame, claims, rows, as_of=AS_OF, today=TODAY)


def observe(
    before: int = 30, since: int = 0, days_since: float = 80.0, dispersion: float = 1.0
) -> FixObservation:
    return FixObservation(AS_OF, before, 180.0, since, days_since, dispersion)


def test_a_fix_in_force_lowers_the_prediction_of_that_pattern_alone() -> None:
    """Without knowing of the fix, 80 silent days after one failure in five days may yet be a pause."""
    rows = pl.concat([workspace(30), occurrences({"fixed": EVERY_FIVE_DAYS})])
    claims = claim_fix("fixed", 85)
    plain = predict_recurrence(RecurrenceInputs(rows), as_of=AS_OF).predictions
    with_fix = lower(plain, claims, rows)
    is_fixed = pl.col("pattern_id") == "fixed"
    before, after = (
        frame.filter(is_fixed & (pl.col("window_days") == 30))["probability"].item()
        for frame in (plain, with_fix)
    )
    assert after < before / 2
    assert with_fix.filter(~is_fixed).equals(plain.filter(~is_fixed))
    assert with_fix.schema == plain.schema


def test_the_evidence_ends_with_the_fix_and_the_probability_without_it_is_kept() -> None:
    rows = occurrences({"fixed": EVERY_FIVE_DAYS})
    row = lower(predictions({"fixed": 0.6}, 30), claim_fix("fixed", 85), rows).row(0, named=True)
    (finding,) = row["evidence"]
    assert finding["kind"] == "fix"
    assert finding["text"].startswith("fix of 2025-10-08: 85 silent days, against one active day every 5.")
    assert (finding["count"], finding["of"]) == (0, 85)
    assert finding["probability_works"] > 0.95
    by_model = {name: value for name, value in row["model_probabilities"].items() if value is not None}
    assert by_model == {"prior": 0.5, "without_fix": 0.6}
    assert row["next_date_median"] is None


def test_a_fix_after_which_failures_go_on_changes_next_to_nothing() -> None:
    rows = occurrences({"broken": [float(day) for day in range(1, 360, 5)]})
    row = lower(predictions({"broken": 0.98}, 30), claim_fix("broken", 85), rows).row(0, named=True)
    assert row["probability"] == pytest.approx(0.98, abs=0.01)
    assert "17 active days in 85 days since" in row["evidence"][0]["text"]


def test_a_claim_of_today_halves_the_probability() -> None:
    rows = occurrences({"new": [float(day) for day in range(1, 360, 5)]})
    probability = lower(predictions({"new": 0.9}, 30), claim_fix("new", 0), rows)["probability"].item()
    assert 0.4 < probability < 0.6


def test_silence_since_the_first_claim_counts_and_a_later_note_takes_nothing_from_it() -> None:
    rows = occurrences({"fixed": EVERY_FIVE_DAYS})
    early_claim = estimate_fix_effects(claim_fix("fixed", 85), rows, as_of=AS_OF)
    both_claims = estimate_fix_effects(claim_fix("fixed", 85, 20), rows, as_of=AS_OF)
    assert early_claim["fixed"][0] == both_claims["fixed"][0]


def test_of_claims_that_were_followed_by_failures_the_newest_counts() -> None:
    rows = occurrences({"again": [float(day) for day in range(2, 360, 5)]})
    observation, _ = estimate_fix_effects(claim_fix("again", 200, 30), rows, as_of=AS_OF)["again"]
    assert observation.fixed_at == at(30)
    assert observation.since == 6


def test_a_claim_of_the_future_or_of_an_unknown_pattern_changes_nothing() -> None:
    rows = occurrences({"a": EVERY_FIVE_DAYS})
    frame = predictions({"a": 0.6}, 30)
    assert lower(frame, claim_fix("a", -1), rows).equals(frame)
    assert lower(frame, claim_fix("stranger", 50), rows).equals(frame)
    assert lower(frame, CLAIMED_FIX_SCHEMA.to_frame(), rows).equals(frame)


def test_a_prediction_without_a_probability_stays_without_one() -> None:
    rows = occurrences({"once": [100.0]})
    frame = predictions({"once": 0.5}, 30).with_columns(probability=pl.lit(None, pl.Float64))
    assert lower(frame, claim_fix("once", 50), rows).equals(frame)


def test_a_workspace_that_fell_silent_altogether_proves_less() -> None:
    others = {f"o{number}": [float(day) for day in range(80, 360, 4)] for number in range(8)}
    alone = occurrences({"fixed": EVERY_FIVE_DAYS[:12]})
    quiet = pl.concat([alone, occurrences(others)])
    busy = pl.concat([alone, occurrences({name: [float(d) for d in range(1, 360, 4)] for name in others})])
    works = [
        estimate_fix_effects(claim_fix("fixed", 85), rows, as_of=AS_OF)["fixed"][1].works
        for rows in (quiet, busy)
    ]
    assert 1 - works[0] > 10 * (1 - works[1])


def test_row_order_changes_no_byte() -> None:
    simulated = simulate_fixes(40, 1)
    frame = predict_from_rate(simulated, 30)
    shuffled = [
        part.sample(fraction=1.0, shuffle=True, seed=3)
        for part in (frame, simulated.claims, simulated.occurrences)
    ]
    assert lower(*shuffled).equals(lower(frame, simulated.claims, simulated.occurrences))


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.floats(0, 400),
    st.floats(1, 20),
    st.lists(st.floats(0.002, 0.995), min_size=4, max_size=4).map(sorted),
)
def test_no_probability_rises_and_none_falls_with_the_window(
    before: int, since: int, days: float, dispersion: float, baseline: list[float]
) -> None:
    effect = estimate_fix_effect(observe(before, since, days, dispersion))
    probability = effect.lower(np.array(baseline), WINDOWS)
    assert (probability <= np.array(baseline)).all()
    assert (probability >= 0.002).all()
    assert (np.diff(probability) >= -1e-12).all()


@given(st.integers(0, 60), st.floats(0, 300), st.floats(1, 100))
def test_longer_silence_never_makes_a_fix_look_worse(before: int, days: float, more: float) -> None:
    short, long = (estimate_fix_effect(observe(before, 0, length)).works for length in (days, days + more))
    assert long >= short - 1e-12


@given(st.integers(1, 60), st.integers(0, 30), st.floats(1, 300))
def test_more_failures_since_never_make_a_fix_look_better(before: int, since: int, days: float) -> None:
    fewer, more = (estimate_fix_effect(observe(before, count, days)).works for count in (since, since + 1))
    assert more <= fewer + 1e-9 or since == 0


def test_clustered_failures_prove_less() -> None:
    assert estimate_fix_effect(observe(10, dispersion=4.0)).works < estimate_fix_effect(observe(10)).works


@pytest.mark.parametrize(("share", "in_a_row"), [(0.5, 1), (0.5, 3), (0.2, 1), (0.8, 1)])
def test_probabilities_after_fixes_are_calibrated(share: float, in_a_row: int) -> None:
    """Calibration in four bands, for fixes of which a known share works: within .08, chance included."""
    predicted, recurred, without_fix = [], [], []
    for seed in range(4):
        simulated = simulate_fixes(400, seed, share, in_a_row)
        frame = predict_from_rate(simulated, 30)
        after = lower(frame, simulated.claims, simulated.occurrences).filter(
            pl.col("pattern_id").is_in(list(simulated.works))
        )
        predicted += after["probability"].to_list()
        recurred += [simulated.recurs[name] for name in after["pattern_id"]]
        without_fix += after["model_probabilities"].struct.field("without_fix").to_list()
    p, y, unaware = np.array(predicted), np.array(recurred, float), np.array(without_fix)
    assert abs(p.mean() - y.mean()) < 0.05
    assert ((p - y) ** 2).mean() < 0.95 * ((unaware - y) ** 2).mean()
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        band = (p >= low) & (p < high)
        if band.sum() >= 100:
            assert abs(p[band].mean() - y[band].mean()) < 0.08


def test_the_share_of_fixes_that_work_is_estimated_from_the_workspace() -> None:
    shares = []
    for share in (0.1, 0.9):
        simulated = simulate_fixes(200, 5, share)
        effects = estimate_fix_effects(simulated.claims, simulated.occurrences, as_of=AS_OF)
        shares.append(np.mean([effect.works for _, effect in effects.values()]))
    assert shares[0] < 0.25
    assert shares[1] > 0.8


def test_a_claim_of_today_counts_less_where_fixes_rarely_work() -> None:
    simulated = simulate_fixes(200, 5, share=0.05)
    fresh = pl.concat([simulated.occurrences, occurrences({"new": [float(day) for day in range(1, 360, 5)]})])
    claims = pl.concat([simulated.claims, claim_fix("new", 0)])
    _, effect = estimate_fix_effects(claims, fresh, as_of=AS_OF)["new"]
    assert effect.works < 0.3
    assert estimate_fix_effects(claim_fix("new", 0), fresh, as_of=AS_OF + timedelta(0))["new"][1].works > 0.4
