"""How probabilities are scored: Brier, skill over the base rate, log loss, ranking, calibration error, and
how sure that is.

Intervals resample whole patterns, since the predictions of one pattern are not independent.
"""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

ECE_BINS = 10


def brier_score(probability: Floats, happened: Floats) -> float:
    """Mean squared difference of probability and outcome."""
    return float(np.mean((probability - happened) ** 2))


def brier_skill(probability: Floats, happened: Floats) -> float:
    """1 - Brier / Brier of the base rate; NaN when only one outcome occurred."""
    base = happened.mean()
    flat = float(base * (1 - base))
    return 1 - brier_score(probability, happened) / flat if flat > 0 else float("nan")


def skill_over(known: Floats, probability: Floats, happened: Floats) -> float:
    """1 - Brier / Brier of what was known of the base rate when each probability was said; NaN when that is
    perfect.
    """
    flat = brier_score(known, happened)
    return 1 - brier_score(probability, happened) / flat if flat > 0 else float("nan")


def log_loss(probability: Floats, happened: Floats) -> float:
    """Mean negative log probability of what happened."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    return float(-np.mean(happened * np.log(inside) + (1 - happened) * np.log1p(-inside)))


def area_under_curve(probability: Floats, happened: Floats) -> float:
    """Chance that a recurring pattern was given a higher probability than a silent one (ties count half)."""
    from scipy.stats import rankdata

    positive = happened > 0.5
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    return float((rankdata(probability)[positive].sum() - n * (n + 1) / 2) / (n * m))


def calibration_error(probability: Floats, happened: Floats, bins: int = ECE_BINS) -> float:
    """Expected calibration error over bins of equal width: Σ share · |mean probability - frequency|."""
    index = np.minimum((probability * bins).astype(int), bins - 1)
    size = len(probability)
    said = np.bincount(index, probability, bins)
    came = np.bincount(index, happened, bins)
    return float(np.abs(said - came).sum() / size)


def paired_gain(probability: Floats, reference: Floats, happened: Floats) -> float:
    """Brier of the reference minus ours: positive when we are better."""
    return brier_score(reference, happened) - brier_score(probability, happened)


def score_windows(predictions: pl.DataFrame, *, resamples: int = 300, seed: int = 0) -> pl.DataFrame:
    """Scores per window with 95 % bootstrap intervals by pattern.

    In: frame with pattern_id, window_days, probability, reference, known_rate (the base rate as known then),
    outcome (rows with a null outcome are left out). Out: one row per window: n, patterns, base_rate and, each
    with _low and _high, brier, reference_brier, brier_gain, skill and reference_skill (over known_rate),
    log_loss, reference_log_loss, auc, reference_auc, ece, reference_ece.
    """
    closed = predictions.filter(pl.col("outcome").is_not_null()).sort("pattern_id", "window_days", "origin")
    windows = closed["window_days"].unique().sort().to_list()
    return pl.DataFrame(
        [_window_scores(closed.filter(pl.col("window_days") == w), w, resamples, seed) for w in windows]
    )


def _window_scores(rows: pl.DataFrame, window: int, resamples: int, seed: int) -> dict[str, float]:
    ours, theirs, known = (rows[name].to_numpy() for name in ("probability", "reference", "known_rate"))
    happened = rows["outcome"].cast(pl.Float64).to_numpy()
    pattern = rows["pattern_id"].rle_id().to_numpy().astype(np.int64)
    point = _all_scores(ours, theirs, known, happened)
    draws = [
        _all_scores(ours[k], theirs[k], known[k], happened[k]) for k in _resampled(pattern, resamples, seed)
    ]
    scores: dict[str, float] = {"window_days": window, "n": len(rows), "patterns": int(pattern.max()) + 1}
    scores["base_rate"] = float(happened.mean())
    for name, value in point.items():
        spread = np.array([draw[name] for draw in draws] or [value])
        low, high = np.nanquantile(spread, [0.025, 0.975]) if np.isfinite(spread).any() else (value, value)
        scores |= {name: value, f"{name}_low": float(low), f"{name}_high": float(high)}
    return scores


def _resampled(pattern: Ints, resamples: int, seed: int) -> list[Ints]:
    """Row numbers of bootstrap samples that draw whole patterns with replacement."""
    rng = np.random.default_rng(seed)
    size = int(pattern.max()) + 1
    first = np.searchsorted(pattern, np.arange(size + 1))
    samples = []
    for _ in range(resamples):
        drawn = rng.integers(0, size, size)
        length = first[drawn + 1] - first[drawn]
        offset = np.repeat(first[drawn] - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
        samples.append(offset + np.arange(length.sum()))
    return samples


def _all_scores(ours: Floats, theirs: Floats, known: Floats, happened: Floats) -> dict[str, float]:
    return {
        "brier": brier_score(ours, happened),
        "reference_brier": brier_score(theirs, happened),
        "brier_gain": paired_gain(ours, theirs, happened),
        "skill": skill_over(known, ours, happened),
        "reference_skill": skill_over(known, theirs, happened),
        "log_loss": log_loss(ours, happened),
        "reference_log_loss": log_loss(theirs, happened),
        "auc": area_under_curve(ours, happened),
        "reference_auc": area_under_curve(theirs, happened),
        "ece": calibration_error(ours, happened),
        "reference_ece": calibration_error(theirs, happened),
    }
