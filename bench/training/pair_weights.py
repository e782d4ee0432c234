"""Fits the weights of the pair score to trackers of known duplicates.

Run `python -m bench.training.pair_weights`. Prints the table that `similarity/pair_score.py` holds. All
trackers share the weights, each has an intercept of its own; what a feature means fixes its sign. `--across`
fits half of the groups of all trackers and scores the other half.
"""

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings, find_nearest_texts
from causeloop_pipeline.analysis.detect.similarity.corpus import build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import WEIGHTS, merge_directions, pair_features
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import text_rows
from causeloop_pipeline.cli.issue_input import read_issues

# how much a pair counts in the fit: a tracker of singletons has few true pairs, of which each tells more
TRACKERS = {
    "eclipse_duplicates": 1.0,
    "hadoop_bug_reports": 3.0,
    "tracker_filesystem": 1.0,
    "tracker_scheduler": 1.0,
    "tracker_mobile_sdk": 1.0,
    "tracker_language": 1.0,
    "mobile_sdk_duplicates": 1.0,
}
NEGATIVE = {"near_title", "other_exception", "rank", "both_stacks", "slot_differs"}
# 0 means that nothing is known, or nothing shared
UNCENTERED = {"component", "near_title", "same_stack", "other_exception", "both_stacks"}
RIDGE = 1.0

Scale = dict[str, tuple[float, float]]
"""feature → (mean, standard deviation)."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """The candidate pairs of one tracker."""

    features: dict[str, Floats]
    is_duplicate: Bools
    half: Ints  # 0, 1; -1 for a pair across both
    weight: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Standardized features of pairs, which of them are duplicates, and how much a pair counts."""

    features: Floats
    is_duplicate: Bools
    weight: float


def read_labelled_issues(name: str) -> pl.DataFrame:
    """The canonical issues of a tracker with their `label`."""
    path = find_shared_file(f"data/grouping/{name}.parquet")
    source = read_issues(path, [], "UTC", skip_bad_rows=True, unread=["group_label"])
    labels = source.file.table["group_label"].gather(source.read.rows - source.file.first_row)
    label_of_issue = source.read.issues.select("issue_id").with_columns(labels.cast(pl.String).alias("label"))
    return canonical_issues(source.read.issues).join(label_of_issue, on="issue_id", maintain_order="left")


def read_tracker(name: str, weight: float) -> Tracker:
    """The candidate pairs of a tracker, as grouping finds them."""
    table = read_labelled_issues(name)
    texts = text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    near = find_nearest_texts(corpus, build_postings(corpus, lexicon), lexicon, is_self_search=True)
    candidates = merge_directions(near, corpus.size)
    features = pair_features(corpus, corpus, lexicon, candidates, slice(None))

    label = table["label"].to_numpy()
    half_of_row = np.array([zlib.crc32(text.encode()) & 1 for text in label])
    left, right = candidates.left, candidates.right
    half = np.where(half_of_row[left] == half_of_row[right], half_of_row[left], -1)
    return Tracker(features, label[left] == label[right], half, weight)


def measure_scale(trackers: Sequence[Tracker]) -> Scale:
    """Mean and standard deviation per feature, every tracker counting the same."""
    scale = {}
    for name in WEIGHTS:
        columns = [tracker.features[name] for tracker in trackers]
        columns = [column[np.isfinite(column)] for column in columns]
        columns = [column for column in columns if len(column)]
        mean = float(np.mean([column.mean() for column in columns]))
        deviation = float(np.mean([column.std() for column in columns]))
        scale[name] = (0.0 if name in UNCENTERED else mean, 1.0 if name == "component" else deviation)
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
            total += sample.weight * float(log_loss.sum())
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
    parser.add_argument("--across", action="store_true")
    options = parser.parse_args()

    trackers = {name: read_tracker(name, weight) for name, weight in TRACKERS.items()}
    scale = measure_scale(list(trackers.values()))
    features = {name: standardize(tracker, scale) for name, tracker in trackers.items()}
    if options.across:
        for half in (0, 1):
            _score_other_half(trackers, features, list(scale), half)
    else:
        _print_weights(trackers, features, scale)


def _score_other_half(
    trackers: dict[str, Tracker], features: dict[str, Floats], names: list[str], half: int
) -> None:
    from sklearn.metrics import average_precision_score

    samples = []
    for name, tracker in trackers.items():
        own = tracker.half == half
        samples.append(Sample(features[name][own], tracker.is_duplicate[own], tracker.weight))
    weights = fit_weights(samples, names)
    for name, tracker in trackers.items():
        other = tracker.half == 1 - half
        precision = average_precision_score(tracker.is_duplicate[other], features[name][other] @ weights)
        print(f"fitted on half {half}, average precision on the other: {name} {precision:.3f}")


def _print_weights(trackers: dict[str, Tracker], features: dict[str, Floats], scale: Scale) -> None:
    from sklearn.metrics import average_precision_score

    samples = [
        Sample(features[name], tracker.is_duplicate, tracker.weight) for name, tracker in trackers.items()
    ]
    weights = fit_weights(samples, list(scale))
    for name, weight in zip(scale, weights, strict=True):
        mean, deviation = scale[name]
        print(f'    "{name}": ({weight:.2f}, {mean:.3f}, {deviation:.3f}),')
    for name, tracker in trackers.items():
        precision = average_precision_score(tracker.is_duplicate, features[name] @ weights)
        print(f"average precision: {name} {precision:.3f}")


if __name__ == "__main__":
    main()
