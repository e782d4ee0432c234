"""A fix that holds lowers the probability, as far as what was seen since bears it out and no further."""

import json
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.predict.fix_effect import (
    CLAIMS,
    FixSeen,
    fix_effect,
    fix_effects,
    lowered_by_fixes,
)
from causeloop_pipeline.analysis.predict.predictions import predict_recurrence
from tests.support.claimed_fixes import fixed_workspace, predictions, remembered_rate
from tests.support.recurring_failures import AS_OF, at, occurrences, workspace

TODAY = AS_OF.date()
WINDOWS = np.array([7.0, 14.0, 30.0, 90.0])
EVERY_FIVE_DAYS = [float(day) for day in range(90, 360, 5)]


def claimed(pattern_id: str, *days_ago: float) -> pl.DataFrame:
    return pl.DataFrame({"pattern_id": pattern_id, "fixed_at": [at(day) for day in days_ago]}, schema=CLAIMS)


def lowered(frame: pl.DataFrame, claims: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return lowered_by_fixes(frame, claims, rows, as_of=AS_OF, today=TODAY)


def seen(before: int = 30, since: int = 0, days_since: float = 80.0, dispersion: float = 1.0) -> FixSeen:
    return FixSeen(AS_OF, before, 180.0, since, days_since, dispersion)


def test_a_fix_in_force_lowers_what_the_learned_models_say_of_that_pattern_alone() -> None:
    """Without knowing of the fix, 80 silent days after one failure in five days may yet be a pause."""
    rows = pl.concat([workspace(30), occurrences({"fixed": EVERY_FIVE_DAYS})])
    claims = claimed("fixed", 85)
    plain = predict_recurrence(rows, as_of=AS_OF).predictions
    with_fix = lowered(plain, claims, rows)
    mine, other = pl.col("pattern_id") == "fixed", pl.col("pattern_id") != "fixed"
    before, after = (
        frame.filter(mine & (pl.col("window_days") == 30))["probability"].item()
        for frame in (plain, with_fix)
    )
    assert after < before / 3
    assert with_fix.filter(other).equals(plain.filter(other))
    assert with_fix.schema == plain.schema


def test_the_evidence_tells_the_fix_and_what_was_said_without_it_is_kept() -> None:
    rows = occurrences({"fixed": EVERY_FIVE_DAYS})
    row = lowered(predictions({"fixed": 0.6}, 30), claimed("fixed", 85), rows).row(0, named=True)
    (finding,) = json.loads(row["evidence"])
    assert finding["kind"] == "fix"
    assert finding["text"].startswith("fix of 2025-10-08: 85 silent days, against one active day every 5.")
    assert (finding["count"], finding["of"]) == (0, 85)
    assert finding["probability_works"] > 0.95
    assert json.loads(row["model_probabilities"]) == {"prior": 0.5, "without_fix": 0.6}
    assert row["next_date_median"] is None


def test_a_fix_after_which_it_goes_on_changes_next_to_nothing() -> None:
    rows = occurrences({"broken": [float(day) for day in range(1, 360, 5)]})
    row = lowered(predictions({"broken": 0.98}, 30), claimed("broken", 85), rows).row(0, named=True)
    assert row["probability"] == pytest.approx(0.98, abs=0.01)
    assert "17 active days in 85 days since" in json.loads(row["evidence"])[0]["text"]


def test_a_claim_of_today_is_believed_half() -> None:
    rows = occurrences({"new": [float(day) for day in range(1, 360, 5)]})
    probability = lowered(predictions({"new": 0.9}, 30), claimed("new", 0), rows)["probability"].item()
    assert 0.4 < probability < 0.6


def test_silence_since_the_first_claim_counts_and_a_later_note_takes_nothing_from_it() -> None:
    rows = occurrences({"fixed": EVERY_FIVE_DAYS})
    one = fix_effects(claimed("fixed", 85), rows, as_of=AS_OF)
    two = fix_effects(claimed("fixed", 85, 20), rows, as_of=AS_OF)
    assert one["fixed"][0] == two["fixed"][0]


def test_of_claims_that_were_followed_by_failures_the_newest_counts() -> None:
    rows = occurrences({"again": [float(day) for day in range(2, 360, 5)]})
    found, _ = fix_effects(claimed("again", 200, 30), rows, as_of=AS_OF)["again"]
    assert found.fixed_at == at(30)
    assert found.since == 6


def test_a_claim_of_the_future_or_of_an_unknown_pattern_changes_nothing() -> None:
    rows = occurrences({"a": EVERY_FIVE_DAYS})
    frame = predictions({"a": 0.6}, 30)
    assert lowered(frame, claimed("a", -1), rows).equals(frame)
    assert lowered(frame, claimed("stranger", 50), rows).equals(frame)
    assert lowered(frame, CLAIMS.to_frame(), rows).equals(frame)


def test_what_has_no_probability_stays_without_one() -> None:
    rows = occurrences({"once": [100.0]})
    frame = predictions({"once": 0.5}, 30).with_columns(probability=pl.lit(None, pl.Float64))
    assert lowered(frame, claimed("once", 50), rows).equals(frame)


def test_a_workspace_that_fell_silent_altogether_proves_less() -> None:
    others = {f"o{number}": [float(day) for day in range(80, 360, 4)] for number in range(8)}
    alone = occurrences({"fixed": EVERY_FIVE_DAYS[:12]})
    quiet = pl.concat([alone, occurrences(others)])
    busy = pl.concat([alone, occurrences({name: [float(d) for d in range(1, 360, 4)] for name in others})])
    works = [fix_effects(claimed("fixed", 85), rows, as_of=AS_OF)["fixed"][1].works for rows in (quiet, busy)]
    assert 1 - works[0] > 10 * (1 - works[1])


def test_row_order_changes_no_byte() -> None:
    found = fixed_workspace(40, 1)
    frame = remembered_rate(found, 30)
    shuffled = [
        part.sample(fraction=1.0, shuffle=True, seed=3) for part in (frame, found.claims, found.occurrences)
    ]
    assert lowered(*shuffled).equals(lowered(frame, found.claims, found.occurrences))


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.floats(0, 400),
    st.floats(1, 20),
    st.lists(st.floats(0.002, 0.995), min_size=4, max_size=4).map(sorted),
)
def test_no_probability_rises_and_none_falls_with_the_window(
    before: int, since: int, days: float, dispersion: float, unfixed: list[float]
) -> None:
    found = fix_effect(seen(before, since, days, dispersion)).probability(np.array(unfixed), WINDOWS)
    assert (found <= np.array(unfixed)).all()
    assert (found >= 0.002).all()
    assert (np.diff(found) >= -1e-12).all()


@given(st.integers(0, 60), st.floats(0, 300), st.floats(1, 100))
def test_longer_silence_never_makes_a_fix_look_worse(before: int, days: float, more: float) -> None:
    short, long = (fix_effect(seen(before, 0, length)).works for length in (days, days + more))
    assert long >= short - 1e-12


@given(st.integers(1, 60), st.integers(0, 30), st.floats(1, 300))
def test_more_failures_since_never_make_a_fix_look_better(before: int, since: int, days: float) -> None:
    fewer, more = (fix_effect(seen(before, count, days)).works for count in (since, since + 1))
    assert more <= fewer + 1e-9 or since == 0


def test_clustered_failures_prove_less() -> None:
    assert fix_effect(seen(10, dispersion=4.0)).works < fix_effect(seen(10)).works


@pytest.mark.parametrize(("share", "in_a_row"), [(0.5, 1), (0.5, 3), (0.2, 1), (0.8, 1)])
def test_what_is_said_after_fixes_comes_as_often_as_it_is_said(share: float, in_a_row: int) -> None:
    """Calibration in four bands, for fixes of which a known share works: within .08, chance included."""
    said, came, plain = [], [], []
    for seed in range(4):
        found = fixed_workspace(400, seed, share, in_a_row)
        frame = remembered_rate(found, 30)
        after = lowered(frame, found.claims, found.occurrences).filter(
            pl.col("pattern_id").is_in(list(found.works))
        )
        said += after["probability"].to_list()
        came += [found.recurs[name] for name in after["pattern_id"]]
        plain += [json.loads(text)["without_fix"] for text in after["model_probabilities"]]
    p, y, unaware = np.array(said), np.array(came, float), np.array(plain)
    assert abs(p.mean() - y.mean()) < 0.05
    assert ((p - y) ** 2).mean() < 0.95 * ((unaware - y) ** 2).mean()
    for low, high in ((0.0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1.0)):
        band = (p >= low) & (p < high)
        if band.sum() >= 100:
            assert abs(p[band].mean() - y[band].mean()) < 0.08


def test_how_many_fixes_work_is_learned_from_the_workspace() -> None:
    shares = []
    for share in (0.1, 0.9):
        found = fixed_workspace(200, 5, share)
        effects = fix_effects(found.claims, found.occurrences, as_of=AS_OF)
        shares.append(np.mean([effect.works for _, effect in effects.values()]))
    assert shares[0] < 0.25
    assert shares[1] > 0.8


def test_a_claim_today_is_believed_less_where_fixes_seldom_work() -> None:
    found = fixed_workspace(200, 5, share=0.05)
    fresh = pl.concat([found.occurrences, occurrences({"new": [float(day) for day in range(1, 360, 5)]})])
    claims = pl.concat([found.claims, claimed("new", 0)])
    _, effect = fix_effects(claims, fresh, as_of=AS_OF)["new"]
    assert effect.works < 0.3
    assert fix_effects(claimed("new", 0), fresh, as_of=AS_OF + timedelta(0))["new"][1].works > 0.4
