"""Fits the weights of the pair score to trackers of labelled duplicates.

All trackers share the weights, each has an intercept of its own; what a feature means fixes its sign. Time
counts as grouping counts it, and a text's duplicates must also stand high in its own list of neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_pairs import (
    LabelledPairs,
    LabelledTracker,
)

FEATURES = (
    "title_repeated",
    "rival_margin",
    "rare_terms",
    "component",
    "rank",
    "title_words",
    "title_spelling",
    "same_stack",
    "other_exception",
    "both_stacks",
    "slot_differs",
)
NEGATIVE = {"title_words", "other_exception", "rank", "both_stacks", "slot_differs"}
# 0 means that nothing is known, or nothing shared
UNCENTERED = {"component", "same_stack", "other_exception", "both_stacks"}
# of features that are 0 for nearly all pairs: their own deviation would make them loud
DEVIATIONS = {"component": 1.0, "same_stack": 0.2, "other_exception": 0.2, "both_stacks": 0.4}
RIDGE = 1.0
MAX_POSITIVES = 150.0  # of one tracker, by weight: else one large export decides everything
LIST_WEIGHT = 0.2  # of a list, beside 1 for a pair

Scale = dict[str, tuple[float, float]]
"""feature → (mean, standard deviation)."""


@dataclass(frozen=True, slots=True)
class _Sample:
    """The standardized features of a tracker's pairs and lists, and how much each counts."""

    features: Floats
    time: Floats
    is_mate: Bools
    weight: Floats
    list_features: Floats
    list_time: Floats
    list_is_mate: Bools
    list_of_row: Ints
    list_weight: float


def fit_weights(
    trackers: Sequence[LabelledTracker],
    times: Sequence[tuple[Floats, Floats]],
    near: Mapping[str, tuple[float, float, float]],
) -> dict[str, tuple[float, float, float]]:
    """Fits the weights of the features.

    In: trackers; of each, what time adds to the score of its pairs and of its lists; weights to begin at.
    Out: by feature weight, mean and standard deviation.

    Method: logistic regression with one intercept per tracker, ridge penalty and fixed signs (L-BFGS-B), and
    ListNet (Cao et al., 2007) over the lists.
    """
    from scipy.optimize import minimize

    scale = measure_scale(trackers)
    samples = [_sample(tracker, scale, *time) for tracker, time in zip(trackers, times, strict=True)]
    width = len(scale)

    def loss(theta: Floats) -> tuple[float, Floats]:
        gradient = np.concatenate([RIDGE * theta[:width], np.zeros(len(samples))])
        total = 0.5 * RIDGE * float((theta[:width] ** 2).sum())
        for number, sample in enumerate(samples):
            logit = sample.features @ theta[:width] + sample.time + theta[width + number]
            log_loss = np.logaddexp(0.0, logit) - sample.is_mate * logit
            total += float((sample.weight * log_loss).sum())
            error = sample.weight * (1.0 / (1.0 + np.exp(-logit)) - sample.is_mate)
            gradient[:width] += sample.features.T @ error
            gradient[width + number] += error.sum()
            list_loss, list_gradient = _measure_lists(sample, theta[:width])
            total += list_loss
            gradient[:width] += list_gradient
        return total, gradient

    signs: list[tuple[float | None, float | None]]
    signs = [(None, 0.0) if name in NEGATIVE else (0.0, None) for name in scale]
    bounds = [*signs, *[(None, None)] * len(samples)]
    start = np.concatenate([[near[name][0] for name in scale], np.full(len(samples), -5.0)])
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:width]
    return {
        name: (round(float(weight), 3), round(mean, 3), round(deviation, 3))
        for (name, (mean, deviation)), weight in zip(scale.items(), fitted, strict=True)
    }


def measure_scale(trackers: Sequence[LabelledTracker]) -> Scale:
    """Measures mean and standard deviation of each feature.

    In: trackers, of which every one counts the same. Out: by feature both.
    """
    scale = {}
    for name in FEATURES:
        columns = [tracker.pairs.features[name][tracker.pairs.are_known] for tracker in trackers]
        columns = [column[np.isfinite(column)] for column in columns]
        columns = [column for column in columns if len(column)]
        mean = float(np.mean([column.mean() for column in columns]))
        deviation = DEVIATIONS.get(name, float(np.mean([column.std() for column in columns])))
        scale[name] = (0.0 if name in UNCENTERED else mean, deviation)
    return scale


def _sample(tracker: LabelledTracker, scale: Scale, time: Floats, list_time: Floats) -> _Sample:
    pairs, lists, is_known = tracker.pairs, tracker.lists, tracker.pairs.are_known
    is_mate = pairs.are_duplicates[is_known]
    texts, list_of_row = np.unique(lists.left, return_inverse=True)
    return _Sample(
        _standardize(pairs.features, scale)[is_known],
        time[is_known],
        is_mate,
        _weigh(pairs, is_mate, is_known),
        _standardize(lists.features, scale),
        list_time,
        lists.are_duplicates,
        list_of_row,
        LIST_WEIGHT * min(MAX_POSITIVES / max(len(texts), 1), 1.0),
    )


def _weigh(pairs: LabelledPairs, is_mate: Bools, is_known: Bools) -> Floats:
    """A group counts by its members, not by its pairs, and no tracker by more than so many."""
    others = np.maximum(np.bincount(pairs.label)[pairs.label[pairs.left[is_known]]] - 1, 1)
    weight = np.where(is_mate, 1.0 / others, 1.0)
    return np.asarray(weight * min(MAX_POSITIVES / max(float(weight[is_mate].sum()), 1.0), 1.0))


def _standardize(features: Mapping[str, Floats], scale: Scale) -> Floats:
    """Standardized features; a missing one counts as average."""
    return np.column_stack(
        [
            (np.nan_to_num(features[name], nan=mean) - mean) / deviation
            for name, (mean, deviation) in scale.items()
        ]
    )


def _measure_lists(sample: _Sample, weights: Floats) -> tuple[float, Floats]:
    """The loss of lists: minus the log of the duplicates' share of a softmax."""
    own = sample.list_of_row
    start = np.searchsorted(own, np.arange(int(own.max(initial=-1)) + 1))
    if not len(start):
        return 0.0, np.zeros(len(weights))
    score = sample.list_features @ weights + sample.list_time
    odds = np.exp(score - np.maximum.reduceat(score, start)[own])
    of_all, of_right = np.add.reduceat(odds, start), np.add.reduceat(odds * sample.list_is_mate, start)
    of_right = np.maximum(of_right, 1e-300)
    error = odds / of_all[own] - odds * sample.list_is_mate / of_right[own]
    loss = float(np.log(of_all / of_right).sum())
    return sample.list_weight * loss, sample.list_weight * (sample.list_features.T @ error)
