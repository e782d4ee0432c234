"""Fits the weights of the search for similar issues, and what its score says of one cause.

What counts is which text comes first in a list: a weight that is right for pairs of a whole workspace is not
the one that puts the best of sixty neighbours before the others.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import Weight
from causeloop_pipeline.analysis.detect.similarity.pair_score import weigh_features
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_searches import SearchedTracker
from causeloop_pipeline.analysis.evaluation.pair_training.weights import FEATURES, NEGATIVE

SEARCH_FEATURES = (*FEATURES, "other_platform", "days_apart", "gap_ratio")
SEMANTIC_SEARCH_FEATURES = (*SEARCH_FEATURES, "semantic_margin", "semantic_rank")
RIDGE = 1.0
FULL_LISTS = 150.0  # of one set, by weight: else one large export decides everything
NATURAL_SHARE = 0.5  # of texts with a mate: sets with more are exports of duplicates
_NEGATIVE = NEGATIVE | {"other_platform", "days_apart", "semantic_rank"}


def fit_search_weights(
    trackers: Sequence[SearchedTracker], names: Sequence[str] = SEARCH_FEATURES
) -> dict[str, Weight]:
    """Fits the weights of the features of a search.

    In: the lists of labelled sets; which features. Out: by feature weight, mean and standard deviation.

    Method: ListNet (Cao et al., 2007) with the duplicates of a text sharing the top of its list, ridge
    penalty and fixed signs (L-BFGS-B).
    """
    from scipy.optimize import minimize

    used = [tracker for tracker in trackers if tracker.has_mate.any()]
    scale = {name: _measure_scale(used, name) for name in names}
    samples = [_sample(tracker, scale) for tracker in used]
    width = len(scale)

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = 0.5 * RIDGE * float((weights**2).sum()), RIDGE * weights
        for features, is_mate, own, weight in samples:
            list_loss, list_gradient = measure_list_loss(features, is_mate, own, weights)
            total += weight * list_loss
            gradient = gradient + weight * list_gradient
        return total, gradient

    bounds = [(None, 0.0) if name in _NEGATIVE else (0.0, None) for name in scale]
    fitted = minimize(loss, np.zeros(width), jac=True, method="L-BFGS-B", bounds=bounds).x
    return {
        name: (round(float(weight), 3), round(mean, 3), round(deviation, 3))
        for (name, (mean, deviation)), weight in zip(scale.items(), fitted, strict=True)
    }


def measure_list_loss(features: Floats, is_mate: Bools, own: Ints, weights: Floats) -> tuple[float, Floats]:
    """Measures how far the duplicates are from the top of their lists.

    In: features by pair, list by list; which pairs are duplicates, one at least in each list; the number of
    each pair's list, from 0; weights. Out: the summed loss, minus the log of the duplicates' share of a
    softmax, and its gradient.
    """
    start = np.searchsorted(own, np.arange(int(own.max(initial=-1)) + 1))
    if not len(start):
        return 0.0, np.zeros(len(weights))
    score = features @ weights
    odds = np.exp(score - np.maximum.reduceat(score, start)[own])
    of_all = np.add.reduceat(odds, start)
    of_duplicates = np.maximum(np.add.reduceat(odds * is_mate, start), 1e-300)
    error = odds / of_all[own] - odds * is_mate / of_duplicates[own]
    return float(np.log(of_all / of_duplicates).sum()), np.asarray(features.T @ error)


def fit_search_rate(
    trackers: Sequence[SearchedTracker], weights: dict[str, Weight], least_pairs: int = 10
) -> tuple[float, float]:
    """Fits what the score of a search says of one cause.

    In: the lists of labelled sets, the weights of the search; of how many duplicates at least. Out: slope and
    intercept of the log odds: those of trackers in which few issues have a mate, or of all sets where there
    is no such tracker.

    Method: logistic regression over the lists of any texts; each set counts the same.
    """
    from scipy.optimize import minimize

    natural = [tracker for tracker in trackers if tracker.mate_share < NATURAL_SHARE] or list(trackers)
    samples = [
        (
            weigh_features(tracker.lists.features, weights)[tracker.is_random],
            tracker.is_mate[tracker.is_random],
        )
        for tracker in natural
    ]
    samples = [(score, is_mate) for score, is_mate in samples if is_mate.sum() >= least_pairs]

    def loss(theta: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros(2)
        for score, is_mate in samples:
            log_odds = theta[0] * score + theta[1]
            error = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -60, 60))) - is_mate
            total += float((np.logaddexp(0.0, log_odds) - is_mate * log_odds).mean())
            gradient += np.array([float((error * score).mean()), float(error.mean())])
        return total, gradient

    if not samples:
        return 1.0, 0.0
    slope, intercept = minimize(loss, np.array([1.0, -5.0]), jac=True, method="L-BFGS-B").x
    return round(float(slope), 3), round(float(intercept), 3)


def _measure_scale(trackers: Sequence[SearchedTracker], name: str) -> tuple[float, float]:
    """Mean and standard deviation of a feature, every set counting the same."""
    columns = [tracker.lists.features[name][tracker.has_mate] for tracker in trackers]
    columns = [column[np.isfinite(column)] for column in columns]
    columns = [column for column in columns if len(column)]
    deviation = float(np.mean([column.std() for column in columns])) if columns else 0.0
    mean = float(np.mean([column.mean() for column in columns])) if columns else 0.0
    return mean, deviation if deviation > 1e-6 else 1.0


def _sample(
    tracker: SearchedTracker, scale: Mapping[str, tuple[float, float]]
) -> tuple[Floats, Bools, Ints, float]:
    """The standardized features of lists that hold a mate, what is a mate, the list of each, their weight."""
    chosen = tracker.has_mate
    columns = [
        (np.nan_to_num(tracker.lists.features[name][chosen], nan=mean) - mean) / deviation
        for name, (mean, deviation) in scale.items()
    ]
    _, own = np.unique(tracker.lists.left[chosen], return_inverse=True)
    lists = int(own.max(initial=-1)) + 1
    return np.column_stack(columns), tracker.is_mate[chosen], own, min(FULL_LISTS / max(lists, 1), 1.0)
