"""Trains the pretrained recurrence prior on public failure histories.

Run `python -m bench.training.recurrence_prior`. Every family counts the same, however many rows it has.
`--without FAMILY --out FILE` leaves a family out, so that the prior can be judged on failures that it has
never seen.
"""

import argparse
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.data.failure_histories import HISTORIES, FailureHistory
from causeloop_pipeline.analysis.arrays import DAY_MS, Floats
from causeloop_pipeline.analysis.predict.recurrence.features import (
    FEATURES,
    build_pair_state,
    build_window_features,
)
from causeloop_pipeline.analysis.predict.recurrence.gap_statistics import (
    accumulate_gaps,
)
from causeloop_pipeline.analysis.predict.recurrence.history import (
    build_history,
    recurs_within,
    select_eligible_pairs,
)
from causeloop_pipeline.analysis.predict.recurrence.local_learners import fit_logistic, fit_scaler
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import (
    RecurrencePrior,
    build_spline_design,
    parse_prior,
)

WINDOWS = (1, 3, 7, 14, 30, 60, 90)
PAIRS_PER_HISTORY = 12_000
KNOTS = np.array([-1.2, -0.4, 0.4, 1.2])
TARGET = (
    Path(__file__).resolve().parents[2]
    / "causeloop_pipeline/analysis/predict/recurrence/pretrained_prior.json"
)


def sample_rows(source: FailureHistory, seed: int) -> tuple[Floats, Floats]:
    """Features and outcomes of a sample of (pattern, origin) pairs in every window that closes within the
    data.
    """
    events = source.events()
    end = events.select(pl.col("occurred_at").max()).item()
    history = build_history(events, reference_time=end)
    origins = np.arange(history.reference_time, history.observed_since, -7 * DAY_MS)
    pattern_idx, forecast_origin = select_eligible_pairs(history, origins, active_within_days=730.0)
    keep = np.random.default_rng(seed).permutation(len(pattern_idx))[:PAIRS_PER_HISTORY]
    pattern_idx, forecast_origin = pattern_idx[keep], forecast_origin[keep]
    gaps = accumulate_gaps(history)
    state = build_pair_state(history, gaps, pattern_idx, forecast_origin)
    features, outcomes = [], []
    for window in WINDOWS:
        closed = forecast_origin + window * DAY_MS <= history.reference_time
        features.append(build_window_features(history, gaps, state, window)[closed])
        outcomes.append(recurs_within(history, pattern_idx, forecast_origin, window)[closed].astype(float))
    return np.vstack(features), np.concatenate(outcomes)


@cache
def train_prior_without(family: str) -> RecurrencePrior:
    """The prior that has never seen this family."""
    return parse_prior(json.dumps(train_prior(family)))


def train_prior(without: str | None, seed: int = 0) -> dict[str, Any]:
    """The prior as plain data, trained on all families but one."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    chosen = [source for source in HISTORIES if source.family != without]
    families = [source.family for source in chosen]
    parts = [sample_rows(source, seed) for source in chosen]
    features, outcome = np.vstack([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    weight = np.concatenate(
        [np.full(len(y), 1.0 / len(y) / families.count(f)) for (_, y), f in zip(parts, families, strict=True)]
    )
    weight *= 30_000 / weight.sum()

    scaler = fit_scaler(features)
    design = build_spline_design(features, scaler.mean, scaler.scale, KNOTS)
    precision = np.append(1e-3, np.tile(np.where(features.std(axis=0) > 0, 10.0, 1e9), len(KNOTS) + 2))
    weights = fit_logistic(design, outcome, weight, precision, np.zeros(len(design)))
    trees = HistGradientBoostingClassifier(
        max_iter=200,
        learning_rate=0.05,
        max_leaf_nodes=10,
        l2_regularization=20.0,
        min_samples_leaf=200,
        max_bins=63,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):  # the same bytes on any machine
        trees.fit(features, outcome, sample_weight=weight)
    return {
        "version": "1",
        "families": sorted(set(families)),
        "features": list(FEATURES),
        "mean": _shorten(scaler.mean),
        "scale": _shorten(scaler.scale),
        "knots": _shorten(KNOTS),
        "weights": _shorten(weights),
        "base": round(float(np.ravel(trees._baseline_prediction)[0]), 6),
        "trees": [_nest_tree(stage[0].nodes, 0) for stage in trees._predictors],
    }


def _shorten(numbers: Floats) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]


def _nest_tree(nodes: Any, index: int) -> Any:
    node = nodes[index]
    if node["is_leaf"]:
        return float(f"{node['value']:.4g}")
    left, right = _nest_tree(nodes, node["left"]), _nest_tree(nodes, node["right"])
    return [int(node["feature_idx"]), float(f"{node['num_threshold']:.7g}"), left, right]


def main() -> None:
    """Writes the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", choices=sorted({source.family for source in HISTORIES}))
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    options.out.write_text(json.dumps(train_prior(options.without), separators=(",", ":")) + "\n", "utf-8")
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
