"""Measures the calibration of issued predictions: the reliability curve with its noise band, scores by model
and window, and drift beyond chance.

Even a perfect forecaster looks miscalibrated in a small sample (ECE .094 at 100 predictions), so the curve
comes with the band in which perfect calibration would lie.
"""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.binomial import compute_binomial_quantile
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import logit
from causeloop_pipeline.analysis.predict.recurrence.ledger import split_probabilities_by_model
from causeloop_pipeline.analysis.predict.scoring_rules import (
    ECE_BINS,
    assign_bins,
    brier_score,
    brier_skill,
    calibration_error,
    log_loss,
)

ENSEMBLE = "mixture"
SIMULATIONS, DRAWS_AT_ONCE = 200, 250_000
DRIFT_SIGNIFICANCE = 0.01
MIN_GRADED = 50
MIN_GROUPS = 8

RELIABILITY_SCHEMA = pl.Schema(
    {
        "bin": pl.Int64,
        "n": pl.Int64,
        "mean_probability": pl.Float64,
        "frequency": pl.Float64,
        "band_low": pl.Float64,
        "band_high": pl.Float64,
    }
)
ACCURACY_SCHEMA = pl.Schema(
    {
        "window_days": pl.Int64,
        "model": pl.String,
        "n": pl.Int64,
        "base_rate": pl.Float64,
        "brier": pl.Float64,
        "skill": pl.Float64,
        "log_loss": pl.Float64,
        "ece": pl.Float64,
        "ece_noise": pl.Float64,  # what a perfectly calibrated forecaster would show on average
    }
)
DRIFT_SCHEMA = pl.Schema(
    {
        "window_days": pl.Int64,
        "n": pl.Int64,
        "mean_probability": pl.Float64,
        "frequency": pl.Float64,
        "level_z": pl.Float64,
        "slope_z": pl.Float64,
        "p_value": pl.Float64,
        "drifted": pl.Boolean,
    }
)


def select_graded(ledger: pl.DataFrame) -> pl.DataFrame:
    """Select the hits and misses that have a probability.

    In: frame(probability, outcome, …). Out: its rows, with `recurred` 1 for a hit and 0 for a miss. A
    prevented recurrence is left out: its outcome without the fix is not known.
    """
    graded = ledger.filter(pl.col("outcome").is_in(["hit", "miss"]) & pl.col("probability").is_not_null())
    return graded.with_columns((pl.col("outcome") == "hit").cast(pl.Float64).alias("recurred"))


def measure_reliability(ledger: pl.DataFrame, *, bins: int = 10, level: float = 0.95) -> pl.DataFrame:
    """Measure the reliability curve, observed against predicted, with the band of perfect calibration.

    In: frame(probability, outcome), of which hits and misses count; the number of bins of equal width; the
    level of the band. Out: RELIABILITY_SCHEMA, one row per bin that holds predictions. The band is the exact
    binomial interval of the frequency if every prediction had the bin's mean probability.
    """
    number = (pl.col("probability") * bins).floor().clip(0, bins - 1).cast(pl.Int64).alias("bin")
    curve = (
        select_graded(ledger)
        .group_by(number)
        .agg(
            pl.len().alias("n"),
            pl.col("probability").mean().alias("mean_probability"),
            pl.col("recurred").mean().alias("frequency"),
        )
        .sort("bin")
    )
    n, mean = curve["n"].to_numpy().astype(float), curve["mean_probability"].to_numpy()
    tail = (1 - level) / 2
    band = {
        name: pl.Series(compute_binomial_quantile(quantile, n, mean) / np.maximum(n, 1), dtype=pl.Float64)
        for name, quantile in (("band_low", tail), ("band_high", 1 - tail))
    }
    with_band = curve.with_columns(**band)
    return with_band.select(pl.col(name).cast(dtype) for name, dtype in RELIABILITY_SCHEMA.items())


def simulate_calibration_error(
    probability: Floats, *, seed: int = 0, simulations: int = SIMULATIONS
) -> float:
    """Simulate the ECE of a perfectly calibrated forecaster.

    In: the probabilities that were issued, a seed, how many simulations. Out: the mean ECE.
    """
    rng, size = np.random.default_rng(seed), len(probability)
    bin_of = assign_bins(probability)
    predicted = np.bincount(bin_of, probability, ECE_BINS)
    at_once = max(1, DRAWS_AT_ONCE // max(size, 1))
    errors = []
    for start in range(0, simulations, at_once):
        count = min(at_once, simulations - start)
        recurs = rng.random((count, size)) < probability
        cell = np.arange(count)[:, None] * ECE_BINS + bin_of
        observed = np.bincount(cell[recurs], minlength=count * ECE_BINS).reshape(count, ECE_BINS)
        errors.append(np.abs(predicted - observed).sum(axis=1) / size)
    return float(np.mean(np.concatenate(errors)))


def measure_accuracy(ledger: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Measure Brier, skill over the base rate, log loss and ECE by window and by model.

    In: frame(window_days, probability, outcome, and model_probabilities for scores of base models), a seed.
    Out: ACCURACY_SCHEMA, sorted by window, the ensemble first; a base model is scored on the predictions it
    took part in. Empty when nothing has been graded.
    """
    graded = select_graded(ledger)
    probability_of_model = _probabilities_by_model(graded)
    recurred = graded["recurred"].to_numpy()
    rows = []
    for window in graded["window_days"].unique().sort().to_list():
        is_window = (graded["window_days"] == window).to_numpy()
        for model, probability in probability_of_model.items():
            is_available = is_window & ~np.isnan(probability)
            if is_available.any():
                scores = _score_model(probability[is_available], recurred[is_available], seed)
                rows.append((window, model, *scores))
    return pl.DataFrame(rows, schema=ACCURACY_SCHEMA, orient="row")


def _probabilities_by_model(graded: pl.DataFrame) -> dict[str, Floats]:
    by_model = {ENSEMBLE: graded["probability"].to_numpy()}
    if "model_probabilities" in graded.columns:
        by_model |= split_probabilities_by_model(graded["model_probabilities"])
    return by_model


def _score_model(probability: Floats, recurred: Floats, seed: int) -> tuple[object, ...]:
    skill = brier_skill(probability, recurred)
    return (
        len(probability),
        float(recurred.mean()),
        brier_score(probability, recurred),
        skill if np.isfinite(skill) else None,
        log_loss(probability, recurred),
        calibration_error(probability, recurred),
        simulate_calibration_error(probability, seed=seed),
    )


def detect_calibration_drift(
    ledger: pl.DataFrame, *, significance: float = DRIFT_SIGNIFICANCE
) -> pl.DataFrame:
    """Test whether the outcomes differ from the predictions by more than chance, per window.

    In: frame(pattern_id, issued_at, window_days, probability, outcome), the level of significance. Out:
    DRIFT_SCHEMA, one row per window. Two score tests, of the level Σ(o - p) and of the slope
    Σ(o - p)·(logit p - mean), with variances robust against the dependence of predictions of one pattern and
    of one moment (the larger of the two groupings, and never below the binomial one); p_value is
    Bonferroni-corrected over the two. `drifted` is null with fewer than 50 graded predictions or 8 groups.
    Source: Spiegelhalter (1986), Cox (1958), sandwich variance of Liang & Zeger (1986).
    """
    graded = select_graded(ledger).sort("window_days", "issued_at", "pattern_id")
    windows = graded["window_days"].unique().sort().to_list()
    rows = [_test_window(graded.filter(pl.col("window_days") == window), significance) for window in windows]
    return pl.DataFrame(rows, schema=DRIFT_SCHEMA, orient="row")


def _test_window(rows: pl.DataFrame, significance: float) -> tuple[object, ...]:
    """A row of DRIFT_SCHEMA from the graded predictions of one window."""
    from scipy.special import ndtr

    probability, recurred = rows["probability"].to_numpy(), rows["recurred"].to_numpy()
    groups = [
        rows[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in ("pattern_id", "issued_at")
    ]
    centered = logit(probability) - logit(probability).mean()
    level, slope = (
        _robust_z(probability, recurred, factor, groups) for factor in (np.ones(len(probability)), centered)
    )
    p_value = float(min(1.0, 2 * 2 * ndtr(-max(abs(level), abs(slope)))))
    is_testable = len(rows) >= MIN_GRADED and min(int(group.max()) + 1 for group in groups) >= MIN_GROUPS
    return (
        rows["window_days"][0],
        len(rows),
        float(probability.mean()),
        float(recurred.mean()),
        level,
        slope,
        p_value,
        p_value < significance if is_testable else None,
    )


def _robust_z(probability: Floats, recurred: Floats, factor: Floats, groups: list[Ints]) -> float:
    score = (recurred - probability) * factor
    binomial = float(np.sum(probability * (1 - probability) * factor**2))
    by_group = [float(np.sum(np.bincount(group, score) ** 2)) for group in groups]
    return float(score.sum() / np.sqrt(max(binomial, *by_group, 1e-12)))
