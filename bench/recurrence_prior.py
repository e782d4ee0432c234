"""Make the pretrained recurrence prior from the public failure histories: `python -m bench.recurrence_prior`.

Every family counts the same, however many rows it has. `--without FAMILY --out FILE` leaves a family out, so
that the prior can be judged on failures it has never seen.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bench.data.failure_histories import HISTORIES, FailureHistory
from causeloop_pipeline.analysis.arrays import DAY_MS, Floats
from causeloop_pipeline.analysis.predict.recurrence.features import (
    FEATURES,
    pair_state,
    running_gaps,
    window_features,
)
from causeloop_pipeline.analysis.predict.recurrence.history import (
    build_history,
    eligible_pairs,
    recurs_within,
)
from causeloop_pipeline.analysis.predict.recurrence.local_learners import logistic_map, standard
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import spline_design

WINDOWS = (1, 3, 7, 14, 30, 60, 90)
PAIRS_PER_HISTORY = 12_000
KNOTS = np.array([-1.2, -0.4, 0.4, 1.2])
TARGET = (
    Path(__file__).resolve().parents[1]
    / "causeloop_pipeline/analysis/predict/recurrence/pretrained_prior.json"
)


def labelled_rows(source: FailureHistory, seed: int) -> tuple[Floats, Floats]:
    """Features and outcomes of a sample of (pattern, origin) pairs in every window that closes inside the
    data.
    """
    events = source.events()
    end = events.select(pl.col("occurred_at").max()).item()
    history = build_history(events, phase=end)
    origins = np.arange(history.phase, history.observed_since, -7 * DAY_MS)
    owner, origin = eligible_pairs(history, origins, active_within_days=730.0)
    keep = np.random.default_rng(seed).permutation(len(owner))[:PAIRS_PER_HISTORY]
    owner, origin = owner[keep], origin[keep]
    gaps = running_gaps(history)
    state = pair_state(history, gaps, owner, origin)
    columns, outcomes = [], []
    for window in WINDOWS:
        closed = origin + window * DAY_MS <= history.phase
        columns.append(window_features(history, gaps, state, window)[closed])
        outcomes.append(recurs_within(history, owner, origin, window)[closed].astype(float))
    return np.vstack(columns), np.concatenate(outcomes)


def trained_prior(without: str | None, seed: int = 0) -> dict[str, Any]:
    """The prior as plain data, trained on all families but one."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    chosen = [source for source in HISTORIES if source.family != without]
    families = [source.family for source in chosen]
    parts = [labelled_rows(source, seed) for source in chosen]
    weight = np.concatenate(
        [np.full(len(y), 1.0 / len(y) / families.count(f)) for (_, y), f in zip(parts, families, strict=True)]
    )
    columns, happened = np.vstack([x for x, _ in parts]), np.concatenate([y for _, y in parts])
    weight *= 30_000 / weight.sum()
    scale = standard(columns)
    design = spline_design(columns, scale.mean, scale.scale, KNOTS)
    precision = np.append(1e-3, np.tile(np.where(columns.std(axis=0) > 0, 10.0, 1e9), len(KNOTS) + 2))
    weights = logistic_map(design, happened, weight, precision, np.zeros(len(design)))
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
        trees.fit(columns, happened, sample_weight=weight)
    return {
        "version": "1",
        "families": sorted(set(families)),
        "features": list(FEATURES),
        "mean": _short(scale.mean),
        "scale": _short(scale.scale),
        "knots": _short(KNOTS),
        "weights": _short(weights),
        "base": round(float(np.ravel(trees._baseline_prediction)[0]), 6),
        "trees": [_nested(stage[0].nodes, 0) for stage in trees._predictors],
    }


def _short(numbers: Floats) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]


def _nested(nodes: Any, index: int) -> Any:
    node = nodes[index]
    if node["is_leaf"]:
        return float(f"{node['value']:.4g}")
    left, right = _nested(nodes, node["left"]), _nested(nodes, node["right"])
    return [int(node["feature_idx"]), float(f"{node['num_threshold']:.7g}"), left, right]


def main() -> None:
    """Write the data file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", choices=sorted({source.family for source in HISTORIES}))
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    options.out.write_text(json.dumps(trained_prior(options.without), separators=(",", ":")) + "\n", "utf-8")
    print(f"{options.out}: {options.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
