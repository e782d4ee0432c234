"""Fits all parameters of pairs to labelled sets, in turn: weights, base rates, the merge threshold."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.grouping.agglomeration import GROWTH_SHARE, MIN_EDGE_PROBABILITY
from causeloop_pipeline.analysis.detect.grouping.average_linkage import (
    SimilarityGraph,
    average_link,
    infer_absent_pairs,
)
from causeloop_pipeline.analysis.detect.similarity.pair_model import (
    PairModel,
    choose_merge_threshold,
    estimate_pair_model,
)
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import MUTUAL_SHARES, PairParameters
from causeloop_pipeline.analysis.detect.similarity.time_ratio import WEIGHT
from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores
from causeloop_pipeline.analysis.evaluation.pair_training.base_rates import (
    fit_curve,
    fit_slopes,
    measure_exports,
)
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_pairs import LabelledPairs, LabelledTracker
from causeloop_pipeline.analysis.evaluation.pair_training.search_weights import (
    SEARCH_FEATURES,
    fit_search_rate,
    fit_search_weights,
)
from causeloop_pipeline.analysis.evaluation.pair_training.weights import FEATURES, fit_weights

THRESHOLDS_OF_F1 = (0.4, 0.45, 0.5)  # a plateau: lower ones join too much, higher ones are worse calibrated
_ROUNDS = 2
_START = PairParameters(
    weights=dict.fromkeys(FEATURES, (0.0, 0.0, 1.0)),
    mate_log_odds=tuple(np.linspace(-3.0, 3.0, len(MUTUAL_SHARES)).tolist()),
    slopes=(1.0, 1.0),
    threshold_of_f1=THRESHOLDS_OF_F1[1],
    search_weights=dict.fromkeys(SEARCH_FEATURES, (0.0, 0.0, 1.0)),
    search_rate=(1.0, 0.0),
)


def fit_parameters(trackers: Sequence[LabelledTracker]) -> PairParameters:
    """Fits what grouping knows of pairs before it has seen a workspace.

    In: labelled sets with the families of trackers that they are of. Out: the parameters; what they start
    from knows none of the sets. Weights and base rates need one another (by what time says) and are fitted
    twice.
    """
    parameters = _START
    for number in range(_ROUNDS):
        is_first = number == 0
        times = [_measure_times(tracker, parameters, is_first=is_first) for tracker in trackers]
        parameters = replace(parameters, weights=fit_weights(trackers, times, parameters.weights))
        exports = [
            [
                export
                for tracker in trackers
                if tracker.family == family
                for export in measure_exports(tracker, parameters)
            ]
            for family in dict.fromkeys(tracker.family for tracker in trackers)
        ]
        parameters = replace(parameters, mate_log_odds=fit_curve(exports), slopes=fit_slopes(exports))
    searches = [tracker.searches for tracker in trackers]
    weights = fit_search_weights(searches)
    return replace(
        parameters,
        threshold_of_f1=_choose_threshold(trackers, parameters),
        search_weights=weights,
        search_rate=fit_search_rate(searches, weights),
    )


def _measure_times(
    tracker: LabelledTracker, parameters: PairParameters, *, is_first: bool
) -> tuple[Floats, Floats]:
    """What time adds to the scores of a tracker's pairs, and of its lists; at first nothing."""
    gaps, list_gaps = (part.features["gap_days"] for part in (tracker.pairs, tracker.lists))
    if is_first:
        return np.zeros(len(gaps)), np.zeros(len(list_gaps))
    ratio = _estimate_model(tracker.pairs, parameters).time
    return WEIGHT * ratio.measure(gaps), WEIGHT * ratio.measure(list_gaps)


def _estimate_model(pairs: LabelledPairs, parameters: PairParameters) -> PairModel:
    return estimate_pair_model(pairs.score(parameters), [""] * len(pairs.label), parameters)


def _choose_threshold(trackers: Sequence[LabelledTracker], parameters: PairParameters) -> float:
    """The share of the F1 to expect at which links have the best F1, each family counting the same."""
    families = list(dict.fromkeys(tracker.family for tracker in trackers))
    f1 = np.zeros((len(families), len(THRESHOLDS_OF_F1)))
    for tracker in trackers:
        own = sum(other.family == tracker.family for other in trackers)
        f1[families.index(tracker.family)] += np.array(_measure_links(tracker.pairs, parameters)) / own
    return THRESHOLDS_OF_F1[int(f1.mean(axis=0).round(6).argmax())]


def _measure_links(pairs: LabelledPairs, parameters: PairParameters) -> list[float]:
    """The pairwise F1 at each of THRESHOLDS_OF_F1; an unknown label is one of its own."""
    texts = len(pairs.label)
    scored, model = pairs.score(parameters), _estimate_model(pairs, parameters)
    probability = model.probability(scored, [""] * texts)
    compared = SimilarityGraph(texts, pairs.left, pairs.right, probability)
    bridges = infer_absent_pairs(compared)
    sums = np.concatenate([probability, bridges.similarity_sum])
    is_strong = sums >= MIN_EDGE_PROBABILITY
    left, right = (
        np.concatenate([getattr(compared, side), getattr(bridges, side)])[is_strong]
        for side in ("left", "right")
    )
    graph = SimilarityGraph(texts, left, right, sums[is_strong])
    unknown = np.where(pairs.label > 0, pairs.label, -1 - np.arange(texts))
    scores = []
    for share in THRESHOLDS_OF_F1:
        threshold = choose_merge_threshold(probability, replace(parameters, threshold_of_f1=share))
        groups = average_link(graph, threshold, growth=GROWTH_SHARE * threshold)
        scores.append(pair_scores(pl.Series(groups), pl.Series(unknown))["f1"])
    return scores
