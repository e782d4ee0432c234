"""Scores of probabilities: Brier, skill over the base rate, log loss, AUC, calibration error, with bootstrap
intervals.

Intervals resample whole patterns, since the predictions of one pattern are not independent.
"""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

ECE_BINS = 10


def brier_score(probability: Floats, outcome: Floats) -> float:
    """Mean squared difference of probability and outcome.

    In: probabilities and outcomes 0/1. Out: 0 to 1.
    """
    return float(np.mean((probability - outcome) ** 2))


def brier_skill(probability: Floats, outcome: Floats) -> float:
    """1 - Brier / Brier of the base rate.

    In: probabilities and outcomes 0/1. Out: at most 1; NaN when only one outcome occurred.
    """
    base = outcome.mean()
    base_score = float(base * (1 - base))
    return 1 - brier_score(probability, outcome) / base_score if base_score > 0 else float("nan")


def skill_over(base_rate: Floats, probability: Floats, outcome: Floats) -> float:
    """1 - Brier / Brier of the base rate as it was known when each probability was issued.

    In: base rates, probabilities and outcomes 0/1. Out: at most 1; NaN when the base rates are perfect.
    """
    base_score = brier_score(base_rate, outcome)
    return 1 - brier_score(probability, outcome) / base_score if base_score > 0 else float("nan")


def log_loss(probability: Floats, outcome: Floats) -> float:
    """Mean negative log probability of the outcomes.

    In: probabilities and outcomes 0/1. Out: 0 or more.
    """
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    return float(-np.mean(outcome * np.log(inside) + (1 - outcome) * np.log1p(-inside)))


def area_under_curve(probability: Floats, outcome: Floats) -> float:
    """Probability that a recurring pattern was given a higher probability than a silent one (ties count
    half).

    In: probabilities and outcomes 0/1. Out: 0 to 1; NaN when only one outcome occurred.
    """
    positive = outcome > 0.5
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    ranks = pl.Series(probability).rank("average").to_numpy()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def calibration_error(probability: Floats, outcome: Floats, bins: int = ECE_BINS) -> float:
    """Expected calibration error over bins of equal width: Σ share · |mean probability - frequency|.

    In: probabilities, outcomes 0/1, the number of bins. Out: 0 to 1.
    """
    bin_of = assign_bins(probability, bins)
    predicted = np.bincount(bin_of, probability, bins)
    observed = np.bincount(bin_of, outcome, bins)
    return float(np.abs(predicted - observed).sum() / len(probability))


def assign_bins(probability: Floats, bins: int = ECE_BINS) -> Ints:
    """Assign probabilities to bins of equal width. In: probabilities. Out: the number of each one's bin."""
    return np.minimum((probability * bins).astype(np.int64), bins - 1)


def brier_gain(probability: Floats, reference: Floats, outcome: Floats) -> float:
    """Brier of the reference minus ours.

    In: our probabilities, those of the reference, outcomes 0/1. Out: positive when ours are better.
    """
    return brier_score(reference, outcome) - brier_score(probability, outcome)


def score_windows(predictions: pl.DataFrame, *, resamples: int = 300, seed: int = 0) -> pl.DataFrame:
    """Score the predictions of each window, with 95 % bootstrap intervals by pattern.

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
    ours, theirs, base_rate = (rows[name].to_numpy() for name in ("probability", "reference", "known_rate"))
    outcome = rows["outcome"].cast(pl.Float64).to_numpy()
    pattern = rows["pattern_id"].rle_id().to_numpy().astype(np.int64)
    point = _all_scores(ours, theirs, base_rate, outcome)
    draws = [
        _all_scores(ours[k], theirs[k], base_rate[k], outcome[k])
        for k in _resample_patterns(pattern, resamples, seed)
    ]
    scores: dict[str, float] = {"window_days": window, "n": len(rows), "patterns": int(pattern.max()) + 1}
    scores["base_rate"] = float(outcome.mean())
    for name, value in point.items():
        spread = np.array([draw[name] for draw in draws] or [value])
        low, high = np.nanquantile(spread, [0.025, 0.975]) if np.isfinite(spread).any() else (value, value)
        scores |= {name: value, f"{name}_low": float(low), f"{name}_high": float(high)}
    return scores


def _resample_patterns(pattern: Ints, resamples: int, seed: int) -> list[Ints]:
    """Row numbers of bootstrap samples that draw whole patterns with replacement."""
    rng = np.random.default_rng(seed)
    size = int(pattern.max()) + 1
    first = np.searchsorted(pattern, np.arange(size + 1))
    samples = []
    for _ in range(resamples):
        patterns = rng.integers(0, size, size)
        length = first[patterns + 1] - first[patterns]
        offset = np.repeat(first[patterns] - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
        samples.append(offset + np.arange(length.sum()))
    return samples


def _all_scores(ours: Floats, theirs: Floats, base_rate: Floats, outcome: Floats) -> dict[str, float]:
    return {
        "brier": brier_score(ours, outcome),
        "reference_brier": brier_score(theirs, outcome),
        "brier_gain": brier_gain(ours, theirs, outcome),
        "skill": skill_over(base_rate, ours, outcome),
        "reference_skill": skill_over(base_rate, theirs, outcome),
        "log_loss": log_loss(ours, outcome),
        "reference_log_loss": log_loss(theirs, outcome),
        "auc": area_under_curve(ours, outcome),
        "reference_auc": area_under_curve(theirs, outcome),
        "ece": calibration_error(ours, outcome),
        "reference_ece": calibration_error(theirs, outcome),
    }
