"""Fits the weights of the pair score to trackers of known duplicates.

Run `python -m bench.training.pair_weights`. Prints the table that `similarity/pair_score.py` holds. All
trackers share the weights, each has an intercept of its own; what a feature means fixes its sign. Time counts
as grouping counts it, and a text's duplicates must also stand high in its own list of neighbours. With
`--leave-out` every family of trackers is scored by weights that were fitted without it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings, find_nearest_texts
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_model import estimate_pair_model
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    WEIGHTS,
    CandidatePairs,
    build_candidates,
    collect_nearest_cosines,
    compare_title_spelling,
    compute_pair_features,
    merge_directions,
    score_pairs,
)
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.time_ratio import WEIGHT, TimeRatio
from causeloop_pipeline.cli.labelled_sets import read_labelled_set

FAMILIES = {
    "tracker_filesystem": "data platform",
    "tracker_scheduler": "data platform",
    "hadoop_bug_reports": "data platform",
    "reports_with_java_traces": "data platform",
    "tracker_mobile_sdk": "mobile SDK",
    "tracker_with_support_queue": "mobile SDK",
    "mobile_sdk_duplicates": "mobile SDK",
    "tracker_language": "language",
    "crash_reports_go": "language",
    "eclipse_duplicates": "editor",
    "crash_stacks_native": "native stacks",
}
NEGATIVE = {"title_words", "other_exception", "rank", "both_stacks", "slot_differs"}
# 0 means that nothing is known, or nothing shared
UNCENTERED = {"component", "same_stack", "other_exception", "both_stacks"}
# of features that are 0 for nearly all pairs: their own deviation would make them loud
DEVIATIONS = {
    "component": 1.0,
    "same_stack": 0.2,
    "other_exception": 0.2,
    "both_stacks": 0.4,
}
RIDGE = 1.0
MAX_POSITIVES = 150.0  # of one tracker, by weight: else one large export decides everything
LIST_LENGTH = 40
LIST_WEIGHT = 0.2  # of a list, beside 1 for a pair
MAX_BAD_ROWS = 0.05

Scale = dict[str, tuple[float, float]]
"""feature → (mean, standard deviation)."""


@dataclass(frozen=True, slots=True)
class TrackerPairs:
    """The candidate pairs of one tracker, and how much each counts."""

    features: dict[str, Floats]
    time: Floats  # what time adds to the score
    is_duplicate: Bools
    weight: Floats
    lists: "NeighbourLists"


@dataclass(frozen=True, slots=True)
class NeighbourLists:
    """The neighbours of texts that have a mate among them, list after list."""

    features: dict[str, Floats]
    time: Floats
    is_mate: Bools
    list_of_row: Ints
    weight: float  # of each list


@dataclass(frozen=True, slots=True)
class Sample:
    """Standardized features of pairs, which of them are duplicates, and how much a pair counts."""

    features: Floats
    time: Floats
    is_duplicate: Bools
    weight: Floats
    list_features: Floats
    lists: NeighbourLists


def read_labelled_issues(name: str) -> pl.DataFrame:
    """The canonical issues of a tracker with their `label`, null for a duplicate of an unknown issue."""
    path = find_shared_file(f"data/grouping/{name}.parquet")
    labelled = read_labelled_set(path, "group_label", MAX_BAD_ROWS)
    label_of_issue = labelled.issues.select("issue_id").with_columns(labelled.labels.alias("label"))
    return canonical_issues(labelled.issues).join(label_of_issue, on="issue_id", maintain_order="left")


def read_tracker(name: str) -> TrackerPairs:
    """The candidate pairs of a tracker whose labels are known, as grouping finds them."""
    table = read_labelled_issues(name)
    texts = select_text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    near = find_nearest_texts(corpus, build_postings(corpus, lexicon), lexicon, is_self_search=True)
    candidates = merge_directions(near, corpus.size)
    features = _compute_features(corpus, lexicon, candidates)
    pairs = score_pairs(corpus, corpus, lexicon, candidates)
    ratio = estimate_pair_model(pairs, texts["source"].to_list()).time

    label = table["label"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    left, right = label[candidates.left], label[candidates.right]
    is_known = (left > 0) & (right > 0)
    is_duplicate = (left == right)[is_known]
    others = np.maximum(np.bincount(label)[left[is_known]] - 1, 1)
    weight = np.where(is_duplicate, 1.0 / others, 1.0)  # a group counts by its members, not by its pairs
    weight *= min(MAX_POSITIVES / max(float(weight[is_duplicate].sum()), 1.0), 1.0)
    return TrackerPairs(
        {key: values[is_known] for key, values in features.items()},
        WEIGHT * ratio.measure(features["gap_days"][is_known]),
        is_duplicate,
        weight,
        _read_lists(corpus, lexicon, label, ratio),
    )


def _compute_features(corpus: Corpus, lexicon: Lexicon, candidates: CandidatePairs) -> dict[str, Floats]:
    features = compute_pair_features(corpus, corpus, lexicon, candidates, slice(None))
    return {**features, "title_spelling": compare_title_spelling(corpus, corpus, candidates)}


def _read_lists(corpus: Corpus, lexicon: Lexicon, label: Ints, ratio: TimeRatio) -> NeighbourLists:
    """The lists of the search for similar issues."""
    postings = build_postings(corpus, lexicon)
    near = find_nearest_texts(corpus, postings, lexicon, limit=LIST_LENGTH, is_self_search=True)
    nearest = collect_nearest_cosines(near, corpus.size)
    is_mate = (label[near.row] > 0) & (label[near.row] == label[near.other])
    chosen = np.isin(near.row, near.row[is_mate]) & (label[near.other] > 0)
    row, other = near.row[chosen], near.other[chosen]
    candidates = build_candidates(row, other, near.rank[chosen], near.cosine[chosen], nearest, nearest)
    features = _compute_features(corpus, lexicon, candidates)
    texts, list_of_row = np.unique(row, return_inverse=True)
    weight = LIST_WEIGHT * min(MAX_POSITIVES / max(len(texts), 1), 1.0)
    time = WEIGHT * ratio.measure(features["gap_days"])
    return NeighbourLists(features, time, is_mate[chosen], list_of_row, weight)


def measure_scale(trackers: Sequence[TrackerPairs]) -> Scale:
    """Mean and standard deviation per feature, every tracker counting the same."""
    scale = {}
    for name in WEIGHTS:
        columns = [tracker.features[name] for tracker in trackers]
        columns = [column[np.isfinite(column)] for column in columns]
        columns = [column for column in columns if len(column)]
        mean = float(np.mean([column.mean() for column in columns]))
        deviation = DEVIATIONS.get(name, float(np.mean([column.std() for column in columns])))
        scale[name] = (0.0 if name in UNCENTERED else mean, deviation)
    return scale


def standardize(features: dict[str, Floats], scale: Scale) -> Floats:
    """Standardized features; a missing one counts as average."""
    return np.column_stack(
        [
            (np.nan_to_num(features[name], nan=mean) - mean) / deviation
            for name, (mean, deviation) in scale.items()
        ]
    )


def fit_weights(samples: Sequence[Sample], names: Sequence[str]) -> Floats:
    """Logistic weights with one intercept per sample, ridge penalty, fixed signs (L-BFGS-B)."""
    from scipy.optimize import minimize

    width = len(names)

    def loss(theta: Floats) -> tuple[float, Floats]:
        gradient = np.concatenate([RIDGE * theta[:width], np.zeros(len(samples))])
        total = 0.5 * RIDGE * float((theta[:width] ** 2).sum())
        for number, sample in enumerate(samples):
            logit = sample.features @ theta[:width] + sample.time + theta[width + number]
            log_loss = np.logaddexp(0.0, logit) - sample.is_duplicate * logit
            total += float((sample.weight * log_loss).sum())
            error = sample.weight * (1.0 / (1.0 + np.exp(-logit)) - sample.is_duplicate)
            gradient[:width] += sample.features.T @ error
            gradient[width + number] += error.sum()
            list_loss, list_gradient = _measure_lists(sample, theta[:width])
            total += list_loss
            gradient[:width] += list_gradient
        return total, gradient

    signs: list[tuple[float | None, float | None]]
    signs = [(None, 0.0) if name in NEGATIVE else (0.0, None) for name in names]
    bounds = [*signs, *[(None, None)] * len(samples)]
    start = np.concatenate([np.zeros(width), np.full(len(samples), -5.0)])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:width])


def _measure_lists(sample: Sample, weights: Floats) -> tuple[float, Floats]:
    """The loss of lists: minus the log of the duplicates' share of a softmax (ListNet; Cao et al., 2007)."""
    lists = sample.lists
    start = np.searchsorted(lists.list_of_row, np.arange(int(lists.list_of_row.max(initial=-1)) + 1))
    score = sample.list_features @ weights + lists.time
    odds = np.exp(score - np.maximum.reduceat(score, start)[lists.list_of_row])
    of_all, of_right = np.add.reduceat(odds, start), np.add.reduceat(odds * lists.is_mate, start)
    of_right = np.maximum(of_right, 1e-300)
    error = odds / of_all[lists.list_of_row] - odds * lists.is_mate / of_right[lists.list_of_row]
    loss = float(np.log(of_all / of_right).sum())
    return lists.weight * loss, lists.weight * (sample.list_features.T @ error)


def main() -> None:
    """Prints the table of weights, and how well they rank the pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leave-out", action="store_true", help="score each family by the others' weights")
    options = parser.parse_args()

    trackers = {name: read_tracker(name) for name in FAMILIES}
    if not options.leave_out:
        _print_precision(trackers, list(trackers), list(trackers), is_shown=True)
        return
    for family in dict.fromkeys(FAMILIES.values()):
        fitted_on = [name for name in trackers if FAMILIES[name] != family]
        scored = [name for name in trackers if FAMILIES[name] == family]
        _print_precision(trackers, fitted_on, scored, is_shown=False)


def _print_precision(
    trackers: dict[str, TrackerPairs], fitted_on: Sequence[str], scored: Sequence[str], *, is_shown: bool
) -> None:
    """Fits weights to some trackers, and prints how well they rank the pairs of others."""
    from sklearn.metrics import average_precision_score

    scale = measure_scale([trackers[name] for name in fitted_on])
    samples = [
        Sample(
            standardize(tracker.features, scale),
            tracker.time,
            tracker.is_duplicate,
            tracker.weight,
            standardize(tracker.lists.features, scale),
            tracker.lists,
        )
        for tracker in (trackers[name] for name in fitted_on)
    ]
    weights = fit_weights(samples, list(scale))
    if is_shown:
        for (name, (mean, deviation)), weight in zip(scale.items(), weights, strict=True):
            print(f'    "{name}": ({weight:.3f}, {mean:.3f}, {deviation:.3f}),')
    for name in scored:
        tracker = trackers[name]
        score = standardize(tracker.features, scale) @ weights + tracker.time
        precision = average_precision_score(tracker.is_duplicate, score, sample_weight=tracker.weight)
        print(f"average precision: {name} {precision:.3f}", flush=True)


if __name__ == "__main__":
    main()
