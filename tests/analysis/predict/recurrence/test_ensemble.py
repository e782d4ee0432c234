"""Weights follow what members were worth on closed windows, and nothing is learned from open ones."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.ensemble import (
    Record,
    calibrate,
    design_effect,
    empty_record,
    fit_mixture,
    mix,
)

NOW = 2000 * DAY_MS


def record(good="ridge", rows=4000, closed=True, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 1.5, rows)
    happened = (rng.random(rows) < 1 / (1 + np.exp(-truth))).astype(float)
    said = {name: np.clip(truth * 0.1 + rng.normal(0, 1, rows), -7, 7) for name in MEMBERS} | {good: truth}
    origin = NOW - rng.integers(30, 400, rows) * DAY_MS if closed else np.full(rows, NOW)
    window = np.full(rows, 7.0)
    return Record(
        said, truth, window, origin, origin + 7 * DAY_MS, happened if closed else np.full(rows, np.nan)
    )


def test_without_a_record_the_starting_weights_hold():
    weights = fit_mixture(empty_record(), (7,), NOW).weights[7.0]
    assert np.isclose(weights["ridge"] / weights["trees"], MEMBERS["ridge"] / MEMBERS["trees"])
    assert np.isclose(sum(weights.values()), 1)


def test_a_member_that_was_right_gains_weight_and_the_others_lose_it():
    weights = fit_mixture(record("dropout"), (7,), NOW).weights[7.0]
    assert weights["dropout"] > 0.9


def test_open_windows_teach_nothing():
    fresh, start = fit_mixture(record(closed=False), (7,), NOW), fit_mixture(empty_record(), (7,), NOW)
    assert fresh == start


def test_overconfident_log_odds_are_drawn_in():
    honest = record()
    loud = Record(honest.said, honest.mixed * 2, honest.window, honest.origin, honest.closes, honest.happened)
    level, slope = fit_mixture(loud, (7,), NOW).calibration[7.0]
    assert 0.5 <= slope < 0.75
    assert abs(level) < 0.3


def test_predictions_without_mixed_log_odds_are_mixed_anew_for_the_calibration():
    honest = record()
    members_only = Record(
        honest.said, honest.mixed * np.nan, honest.window, honest.origin, honest.closes, honest.happened
    )
    assert np.isfinite(fit_mixture(members_only, (7,), NOW).calibration[7.0]).all()


@given(st.lists(st.floats(-6, 6), min_size=10, max_size=10))
def test_the_mixture_lies_between_its_members(log_odds):
    said = {name: np.array([value]) for name, value in zip(MEMBERS, log_odds, strict=True)}
    mixture = fit_mixture(empty_record(), (7,), NOW)
    mixed = mix(mixture, said, np.array([7.0]))
    assert min(log_odds) - 1e-9 <= mixed[0] <= max(log_odds) + 1e-9
    assert calibrate(mixture, mixed, np.array([7.0]))[0] == mixed[0]


def test_a_silent_member_leaves_its_weight_to_the_others():
    said = {name: np.array([1.0]) for name in MEMBERS} | {"trees": np.array([np.nan])}
    assert np.isclose(mix(fit_mixture(empty_record(), (7,), NOW), said, np.array([7.0]))[0], 1.0)


def test_independent_outcomes_count_in_full_and_common_shocks_once():
    rng = np.random.default_rng(1)
    blocks = np.repeat(np.arange(50), 100)
    alone = (rng.random(5000) < 0.3).astype(float)
    together = (rng.random(50) < 0.3).astype(float)[blocks]
    log_odds = np.full(5000, np.log(0.3 / 0.7))
    assert design_effect(log_odds, alone, blocks) < 2
    assert 60 < design_effect(log_odds, together, blocks) < 150


def test_a_wave_that_hits_all_patterns_once_hardly_moves_the_calibration():
    rng = np.random.default_rng(2)
    calm, wave = record(), record()
    hit = (wave.origin // (7 * DAY_MS)) == (wave.origin // (7 * DAY_MS)).max() - 5
    struck = Record(
        wave.said, wave.mixed, wave.window, wave.origin, wave.closes, np.where(hit, 1.0, wave.happened)
    )
    spread = rng.random(len(hit)) < hit.mean()
    scattered = Record(
        wave.said, wave.mixed, wave.window, wave.origin, wave.closes, np.where(spread, 1.0, wave.happened)
    )
    level = {
        name: fit_mixture(said, (7,), NOW).calibration[7.0][0]
        for name, said in (("calm", calm), ("struck", struck), ("scattered", scattered))
    }
    assert abs(level["struck"] - level["calm"]) < abs(level["scattered"] - level["calm"])
