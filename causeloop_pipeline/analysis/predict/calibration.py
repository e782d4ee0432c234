"""Whether the predictions keep their word: reliability with its noise band, scores by model and window, drift
beyond chance.

Even a perfect forecaster looks miscalibrated in a small sample (ECE .094 at 100 predictions), so no curve is
drawn without the band within which perfect calibration would lie.
"""

import json

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.predict.recurrence.base_models import MEMBERS
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import logit
from causeloop_pipeline.analysis.predict.scoring_rules import (
    brier_score,
    brier_skill,
    calibration_error,
    log_loss,
)

MIXTURE = "mixture"
NOISE_DRAWS = 200
DRIFT_SIGNIFICANCE = 0.01
LEAST_GRADED = 50
LEAST_GROUPS = 8

RELIABILITY = pl.Schema(
    {
        "bin": pl.Int64,
        "n": pl.Int64,
        "mean_probability": pl.Float64,
        "frequency": pl.Float64,
        "band_low": pl.Float64,
        "band_high": pl.Float64,
    }
)
ACCURACY = pl.Schema(
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
DRIFT = pl.Schema(
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


def graded_only(ledger: pl.DataFrame) -> pl.DataFrame:
    """Hits and misses with a probability, with `happened` 0/1; prevented ones say nothing of the forecast."""
    kept = ledger.filter(pl.col("outcome").is_in(["hit", "miss"]) & pl.col("probability").is_not_null())
    return kept.with_columns((pl.col("outcome") == "hit").cast(pl.Float64).alias("happened"))


def reliability(ledger: pl.DataFrame, *, bins: int = 10, level: float = 0.95) -> pl.DataFrame:
    """Reliability curve: said against came, with the band that perfect calibration stays in.

    In: frame with probability and outcome (hit/miss; others left out). Out: RELIABILITY, one row per bin
    (equal width) that holds predictions. The band is the exact binomial interval of the frequency if every
    prediction had the bin's mean probability.
    """
    from scipy.stats import binom

    graded = graded_only(ledger)
    number = (pl.col("probability") * bins).floor().clip(0, bins - 1).cast(pl.Int64).alias("bin")
    curve = (
        graded.group_by(number)
        .agg(
            pl.len().alias("n"),
            pl.col("probability").mean().alias("mean_probability"),
            pl.col("happened").mean().alias("frequency"),
        )
        .sort("bin")
    )
    n, mean = curve["n"].to_numpy().astype(float), curve["mean_probability"].to_numpy()
    tail = (1 - level) / 2
    band = {
        name: binom.ppf(q, n, mean) / np.maximum(n, 1)
        for name, q in (("band_low", tail), ("band_high", 1 - tail))
    }
    banded = curve.with_columns(
        **{name: pl.Series(values, dtype=pl.Float64) for name, values in band.items()}
    )
    return banded.select(pl.col(name).cast(kind) for name, kind in RELIABILITY.items())


def noise_of_ece(probability: Floats, *, seed: int = 0, draws: int = NOISE_DRAWS) -> float:
    """Mean ECE of a perfectly calibrated forecaster who said just these probabilities (seeded simulation)."""
    rng = np.random.default_rng(seed)
    simulated = [
        calibration_error(probability, (rng.random(len(probability)) < probability).astype(float))
        for _ in range(draws)
    ]
    return float(np.mean(simulated))


def accuracy(ledger: pl.DataFrame, *, seed: int = 0) -> pl.DataFrame:
    """Brier, skill over the base rate, log loss and ECE by window and by model.

    In: frame with window_days, probability, model_probabilities (JSON or null), outcome. Out: ACCURACY,
    sorted by window, the mixture first; a member is scored on the predictions it took part in. Empty when
    nothing has been graded.
    """
    graded = graded_only(ledger)
    members = _member_columns(graded)
    rows = []
    for window in graded["window_days"].unique().sort().to_list():
        mine = (graded["window_days"] == window).to_numpy()
        for model, said in members.items():
            heard = mine & ~np.isnan(said)
            if heard.any():
                rows.append(
                    _accuracy_row(window, model, said[heard], graded["happened"].to_numpy()[heard], seed)
                )
    return pl.DataFrame(rows, schema=ACCURACY, orient="row")


def _member_columns(graded: pl.DataFrame) -> dict[str, Floats]:
    texts = graded["model_probabilities"] if "model_probabilities" in graded.columns else [None] * len(graded)
    parsed = [json.loads(text) if text else {} for text in texts]
    columns = {MIXTURE: graded["probability"].to_numpy()}
    for name in MEMBERS:
        columns[name] = np.array([said.get(name, np.nan) for said in parsed], dtype=float)
    return columns


def _accuracy_row(window: int, model: str, said: Floats, happened: Floats, seed: int) -> tuple[object, ...]:
    skill = brier_skill(said, happened)
    return (
        window,
        model,
        len(said),
        float(happened.mean()),
        brier_score(said, happened),
        skill if np.isfinite(skill) else None,
        log_loss(said, happened),
        calibration_error(said, happened),
        noise_of_ece(said, seed=seed),
    )


def calibration_drift(ledger: pl.DataFrame, *, significance: float = DRIFT_SIGNIFICANCE) -> pl.DataFrame:
    """Whether what came differs from what was said by more than chance, per window.

    In: frame with pattern_id, issued_at, window_days, probability, outcome. Out: DRIFT, one row per window.
    Two score tests, of the level Σ(o - p) and of the slope Σ(o - p)·(logit p - mean), with variances robust
    against the dependence of predictions of one pattern and of one moment (the larger of the two groupings,
    and never below the binomial one); p_value is Bonferroni-corrected over the two. `drifted` is null with
    fewer than 50 graded predictions or 8 groups. Source: Spiegelhalter (1986), Cox (1958), sandwich variance
    of Liang & Zeger (1986).
    """
    from scipy.stats import norm

    graded = graded_only(ledger).sort("window_days", "issued_at", "pattern_id")
    rows = []
    for window in graded["window_days"].unique().sort().to_list():
        mine = graded.filter(pl.col("window_days") == window)
        said, happened = mine["probability"].to_numpy(), mine["happened"].to_numpy()
        groups = [
            mine[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in ("pattern_id", "issued_at")
        ]
        spread = logit(said) - logit(said).mean()
        level, slope = (_robust_z(said, happened, factor, groups) for factor in (np.ones(len(said)), spread))
        p_value = float(min(1.0, 2 * 2 * norm.sf(max(abs(level), abs(slope)))))
        judged = len(mine) >= LEAST_GRADED and min(int(group.max()) + 1 for group in groups) >= LEAST_GROUPS
        drifted = p_value < significance if judged else None
        rows.append(
            (window, len(mine), float(said.mean()), float(happened.mean()), level, slope, p_value, drifted)
        )
    return pl.DataFrame(rows, schema=DRIFT, orient="row")


def _robust_z(
    said: Floats, happened: Floats, factor: Floats, groups: list[np.ndarray[tuple[int], np.dtype[np.int64]]]
) -> float:
    score = (happened - said) * factor
    binomial = float(np.sum(said * (1 - said) * factor**2))
    clustered = [float(np.sum(np.bincount(group, score) ** 2)) for group in groups]
    return float(score.sum() / np.sqrt(max(binomial, *clustered, 1e-12)))
