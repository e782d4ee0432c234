"""Weights follow the past loss of the base models on closed windows; open windows change nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.arrays import DAY_MS
from causeloop_pipeline.analysis.predict.recurrence.base_models import BASE_MODELS, CAREFUL_WEIGHTS
from causeloop_pipeline.analysis.predict.recurrence.ensemble import (
    PastForecasts,
    calibrate,
    combine_log_odds,
    empty_past_forecasts,
    estimate_design_effect,
    fit_ensemble,
    weigh_before_losses,
    widen_beyond_observed,
)

NOW = 2000 * DAY_MS


def past_forecasts(good="ridge", rows=4000, closed=True, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 1.5, rows)
    outcome = (rng.random(rows) < 1 / (1 + np.exp(-truth))).astype(float)
    log_odds = {name: np.clip(truth * 0.1 + rng.normal(0, 1, rows), -7, 7) for name in BASE_MODELS} | {
        good: truth
    }
    forecast_origin = NOW - rng.integers(30, 400, rows) * DAY_MS if closed else np.full(rows, NOW)
    window = np.full(rows, 7.0)
    return PastForecasts(
        log_odds,
        truth,
        window,
        forecast_origin,
        forecast_origin + 7 * DAY_MS,
        outcome if closed else np.full(rows, np.nan),
    )


def test_without_past_forecasts_the_careful_weights_hold():
    weights = fit_ensemble(empty_past_forecasts(), (7,), NOW).weights[7.0]
    careful = CAREFUL_WEIGHTS["ridge"] / CAREFUL_WEIGHTS["trees"]
    assert np.isclose(weights["ridge"] / weights["trees"], careful)


def test_the_more_windows_have_closed_the_less_the_plain_reference_counts_beforehand():
    plain = list(BASE_MODELS).index("recency_frequency")
    shares = [weigh_before_losses(closed)[plain] for closed in (0, 7_500, 15_000, 90_000)]
    assert shares[0] > shares[1] > shares[2] == shares[3]
    assert np.isclose(weigh_before_losses(400).sum(), 1.0)


def test_a_base_model_that_was_right_gains_weight_and_the_others_lose_it():
    weights = fit_ensemble(past_forecasts("dropout"), (7,), NOW).weights[7.0]
    assert weights["dropout"] > 0.9


def test_open_windows_change_nothing():
    fresh, start = (
        fit_ensemble(past_forecasts(closed=False), (7,), NOW),
        fit_ensemble(empty_past_forecasts(), (7,), NOW),
    )
    assert fresh == start


def test_overconfident_log_odds_get_a_slope_below_one():
    honest = past_forecasts()
    loud = PastForecasts(
        honest.log_odds,
        honest.combined * 2,
        honest.window,
        honest.forecast_origin,
        honest.window_end,
        honest.outcome,
    )
    intercept, slope = fit_ensemble(loud, (7,), NOW).calibration[7.0]
    assert 0.5 <= slope < 0.75
    assert abs(intercept) < 0.3


def test_forecasts_without_combined_log_odds_are_combined_for_the_calibration():
    honest = past_forecasts()
    base_models_only = PastForecasts(
        honest.log_odds,
        honest.combined * np.nan,
        honest.window,
        honest.forecast_origin,
        honest.window_end,
        honest.outcome,
    )
    assert np.isfinite(fit_ensemble(base_models_only, (7,), NOW).calibration[7.0]).all()


@given(st.lists(st.floats(-6, 6), min_size=10, max_size=10))
def test_the_ensemble_lies_between_its_base_models(log_odds):
    by_model = {name: np.array([value]) for name, value in zip(BASE_MODELS, log_odds, strict=True)}
    ensemble = fit_ensemble(empty_past_forecasts(), (7,), NOW)
    combined = combine_log_odds(ensemble, by_model, np.array([7.0]))
    assert min(log_odds) - 1e-9 <= combined[0] <= max(log_odds) + 1e-9
    assert calibrate(ensemble, combined, np.array([7.0]))[0] == combined[0]


def test_a_missing_base_model_leaves_its_weight_to_the_others():
    by_model = {name: np.array([1.0]) for name in BASE_MODELS} | {"trees": np.array([np.nan])}
    ensemble = fit_ensemble(empty_past_forecasts(), (7,), NOW)
    assert np.isclose(combine_log_odds(ensemble, by_model, np.array([7.0]))[0], 1.0)


def test_independent_outcomes_count_in_full_and_common_shocks_once():
    rng = np.random.default_rng(1)
    blocks = np.repeat(np.arange(50), 100)
    alone = (rng.random(5000) < 0.3).astype(float)
    together = (rng.random(50) < 0.3).astype(float)[blocks]
    log_odds = np.full(5000, np.log(0.3 / 0.7))
    assert estimate_design_effect(log_odds, alone, blocks) < 2
    assert 60 < estimate_design_effect(log_odds, together, blocks) < 150


def test_a_wave_that_hits_all_patterns_once_hardly_moves_the_calibration():
    rng = np.random.default_rng(2)
    calm, wave = past_forecasts(), past_forecasts()
    hit = (wave.forecast_origin // (7 * DAY_MS)) == (wave.forecast_origin // (7 * DAY_MS)).max() - 5
    shocked = PastForecasts(
        wave.log_odds,
        wave.combined,
        wave.window,
        wave.forecast_origin,
        wave.window_end,
        np.where(hit, 1.0, wave.outcome),
    )
    spread = rng.random(len(hit)) < hit.mean()
    scattered = PastForecasts(
        wave.log_odds,
        wave.combined,
        wave.window,
        wave.forecast_origin,
        wave.window_end,
        np.where(spread, 1.0, wave.outcome),
    )
    intercept = {
        name: fit_ensemble(past, (7,), NOW).calibration[7.0][0]
        for name, past in (("calm", calm), ("shocked", shocked), ("scattered", scattered))
    }
    assert abs(intercept["shocked"] - intercept["calm"]) < abs(intercept["scattered"] - intercept["calm"])


def test_a_window_longer_than_the_history_is_predicted_nearer_to_even_odds_the_fewer_the_repeats():
    repeats = np.array([0.0, 1.0, 3.0, 30.0])
    widened = widen_beyond_observed(np.full(4, 2.0), np.full(4, 30.0), np.full(4, 10.0), repeats)

    assert widened[0] == 0
    assert (np.diff(widened) > 0).all()
    assert widened[-1] == pytest.approx(2.0, abs=0.15)


@given(
    st.floats(-7, 7), st.sampled_from([1.0, 7.0, 14.0, 30.0, 90.0]), st.floats(0.02, 800), st.integers(0, 400)
)
def test_widening_never_changes_sides_and_ends_with_two_windows_of_history(
    log_odds, window, observed, repeats
):
    row = [np.array([value]) for value in (log_odds, window, observed, float(repeats))]
    widened = widen_beyond_observed(*row)[0]

    assert abs(widened) <= abs(log_odds)
    assert widened * log_odds >= 0
    if observed >= 2 * window:
        assert widened == log_odds
