"""Fits the weights of the pair score to trackers of known duplicates.

Run `python -m bench.training.pair_weights`. Prints the table that `similarity/pair_score.py` holds. All
trackers share the weights, each has an intercept of its own; what a feature means fixes its sign. With
`--leave-out` every family of trackers is scored by weights that were fitted without it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings, find_nearest_texts
from causeloop_pipeline.analysis.detect.similarity.corpus import build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import WEIGHTS, merge_directions, pair_features
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import text_rows
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
NEGATIVE = {"near_title", "other_exception", "rank", "both_stacks", "slot_differs"}
# 0 means that nothing is known, or nothing shared
UNCENTERED = {"component", "near_title", "same_stack", "other_exception", "both_stacks"}
# of features that are 0 for nearly all pairs: their own deviation would make them loud
DEVIATIONS = {
    "component": 1.0,
    "near_title": 0.1,
    "same_stack": 0.2,
    "other_exception": 0.2,
    "both_stacks": 0.4,
}
RIDGE = 1.0
MAX_POSITIVES = 150.0  # of one tracker, by weight: else one large export decides everything
MAX_BAD_ROWS = 0.05

Scale = dict[str, tuple[float, float]]
"""feature → (mean, standard deviation)."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """The candidate pairs of one tracker, and how much each counts."""

    features: dict[str, Floats]
    is_duplicate: Bools
    weight: Floats


@dataclass(frozen=True, slots=True)
class Sample:
    """Standardized features of pairs, which of them are duplicates, and how much a pair counts."""

    features: Floats
    is_duplicate: Bools
    weight: Floats


def read_labelled_issues(name: str) -> pl.DataFrame:
    """The canonical issues of a tracker with their `label`, null for a duplicate of an unknown issue."""
    path = find_shared_file(f"data/grouping/{name}.parquet")
    labelled = read_labelled_set(path, "group_label", MAX_BAD_ROWS)
    label_of_issue = labelled.issues.select("issue_id").with_columns(labelled.labels.alias("label"))
    return canonical_issues(labelled.issues).join(label_of_issue, on="issue_id", maintain_order="left")


def read_tracker(name: str) -> Tracker:
    """The candidate pairs of a tracker whose labels are known, as grouping finds them."""
    table = read_labelled_issues(name)
    texts = text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    near = find_nearest_texts(corpus, build_postings(corpus, lexicon), lexicon, is_self_search=True)
    candidates = merge_directions(near, corpus.size)
    features = pair_features(corpus, corpus, lexicon, candidates, slice(None))

    label = table["label"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    left, right = label[candidates.left], label[candidates.right]
    is_known = (left > 0) & (right > 0)
    is_duplicate = (left == right)[is_known]
    others = np.maximum(np.bincount(label)[left[is_known]] - 1, 1)
    weight = np.where(is_duplicate, 1.0 / others, 1.0)  # a group counts by its members, not by its pairs
    weight *= min(MAX_POSITIVES / max(float(weight[is_duplicate].sum()), 1.0), 1.0)
    return Tracker({key: values[is_known] for key, values in features.items()}, is_duplicate, weight)


def measure_scale(trackers: Sequence[Tracker]) -> Scale:
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


def standardize(tracker: Tracker, scale: Scale) -> Floats:
    """Standardized features; a missing one counts as average."""
    return np.column_stack(
        [
            (np.nan_to_num(tracker.features[name], nan=mean) - mean) / deviation
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
            logit = sample.features @ theta[:width] + theta[width + number]
            log_loss = np.logaddexp(0.0, logit) - sample.is_duplicate * logit
            total += float((sample.weight * log_loss).sum())
            error = sample.weight * (1.0 / (1.0 + np.exp(-logit)) - sample.is_duplicate)
            gradient[:width] += sample.features.T @ error
            gradient[width + number] += error.sum()
        return total, gradient

    signs: list[tuple[float | None, float | None]]
    signs = [(None, 0.0) if name in NEGATIVE else (0.0, None) for name in names]
    bounds = [*signs, *[(None, None)] * len(samples)]
    start = np.concatenate([np.zeros(width), np.full(len(samples), -5.0)])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:width])


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
    trackers: dict[str, Tracker], fitted_on: Sequence[str], scored: Sequence[str], *, is_shown: bool
) -> None:
    """Fits weights to some trackers, and prints how well they rank the pairs of others."""
    from sklearn.metrics import average_precision_score

    scale = measure_scale([trackers[name] for name in fitted_on])
    samples = [
        Sample(standardize(tracker, scale), tracker.is_duplicate, tracker.weight)
        for tracker in (trackers[name] for name in fitted_on)
    ]
    weights = fit_weights(samples, list(scale))
    if is_shown:
        for (name, (mean, deviation)), weight in zip(scale.items(), weights, strict=True):
            print(f'    "{name}": ({weight:.3f}, {mean:.3f}, {deviation:.3f}),')
    for name in scored:
        tracker = trackers[name]
        score = standardize(tracker, scale) @ weights
        precision = average_precision_score(tracker.is_duplicate, score, sample_weight=tracker.weight)
        print(f"average precision: {name} {precision:.3f}", flush=True)


if __name__ == "__main__":
    main()
