"""Perfect calibration stays inside its band and is not drift; distorted calibration leaves it and is."""

from datetime import timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from causeloop_pipeline.analysis.predict.calibration import (
    detect_calibration_drift,
    measure_accuracy,
    measure_reliability,
    simulate_calibration_error,
)
from causeloop_pipeline.model.nested_columns import MODEL_PROBABILITIES
from tests.support.recurring_failures import AS_OF


def ledger(size=4000, bend=1.0, seed=0, groups=50):
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0.05, 0.95, size)
    recurs = rng.random(size) < probability**bend
    return pl.DataFrame(
        {
            "pattern_id": [f"p{k}" for k in rng.integers(0, groups, size)],
            "issued_at": [AS_OF - timedelta(days=7 * int(k)) for k in rng.integers(1, groups, size)],
            "window_days": [7] * size,
            "probability": probability,
            "model_probabilities": pl.Series([{"prior": 0.5}] * size, dtype=MODEL_PROBABILITIES),
            "outcome": np.where(recurs, "hit", "miss"),
        }
    )


def test_a_calibrated_curve_stays_in_its_band():
    curve = measure_reliability(ledger())
    inside = (curve["frequency"] >= curve["band_low"]) & (curve["frequency"] <= curve["band_high"])
    assert inside.sum() >= 9
    assert curve["n"].sum() == 4000


def test_a_distorted_curve_leaves_its_band():
    curve = measure_reliability(ledger(bend=2.0))
    assert ((curve["frequency"] < curve["band_low"]).sum()) >= 5


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1e-9, 0.04, 0.5, 0.97, 1.0]), st.integers(1, 60)), min_size=1),
    st.sampled_from([0.5, 0.9, 0.95]),
)
def test_the_band_is_the_exact_binomial_interval(chances, level):
    probability = [chance for chance, count in chances for _ in range(count)]
    rows = pl.DataFrame({"probability": probability, "outcome": ["hit"] * len(probability)})

    curve = measure_reliability(rows, level=level)

    n, mean = curve["n"].to_numpy(), curve["mean_probability"].to_numpy()
    low, high = binom.interval(level, n, mean)
    assert np.allclose(curve["band_low"], low / n)
    assert np.allclose(curve["band_high"], high / n)


def test_good_calibration_is_rarely_called_drift():
    alarms = [detect_calibration_drift(ledger(600, seed=seed))["drifted"].item() for seed in range(20)]
    assert sum(alarms) <= 1


def test_drift_is_found_in_level_and_in_slope():
    assert detect_calibration_drift(ledger(bend=2.0))["drifted"].item()
    steep = ledger().with_columns(
        pl.when(pl.col("probability") > 0.5).then(0.9).otherwise(0.1).alias("probability")
    )
    assert detect_calibration_drift(steep)["drifted"].item()


def test_too_few_graded_predictions_are_not_tested():
    assert detect_calibration_drift(ledger(30))["drifted"].item() is None


def test_one_bad_pattern_is_not_drift_of_the_workspace():
    good = ledger(600, seed=3)
    stuck = pl.DataFrame(
        {
            "pattern_id": ["stuck"] * 40,
            "issued_at": [AS_OF - timedelta(days=7 * k) for k in range(1, 41)],
            "window_days": [7] * 40,
            "probability": [0.3] * 40,
            "model_probabilities": pl.Series([{}] * 40, dtype=MODEL_PROBABILITIES),
            "outcome": ["hit"] * 40,
        }
    )
    assert not detect_calibration_drift(pl.concat([good, stuck]))["drifted"].item()


def test_prevented_and_open_predictions_are_not_scored():
    rows = ledger(100).with_columns(outcome=pl.lit("prevented"))
    assert measure_reliability(rows).is_empty()
    assert measure_accuracy(rows).is_empty()
    assert detect_calibration_drift(rows).is_empty()


def test_accuracy_lists_the_ensemble_beside_its_base_models():
    table = measure_accuracy(ledger(500))
    assert table["model"].to_list() == ["mixture", "prior"]
    assert table["skill"][0] > table["skill"][1]


def test_the_noise_of_the_calibration_error_falls_with_the_sample():
    rng = np.random.default_rng(1)
    small, large = simulate_calibration_error(rng.random(100)), simulate_calibration_error(rng.random(2000))
    assert 0.05 < small < 0.15
    assert large < small / 2
