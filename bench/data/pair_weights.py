"""Fit the weights of the pair score to trackers whose duplicates are known: `python -m bench.pair_weights`.

Prints the table that `analysis/pair_score.py` holds. Weights are shared by all trackers, each tracker has an
intercept of its own; signs are fixed by what a feature means. `--across` fits each half of the groups of all
trackers and judges it on the other half.
"""

import argparse
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import nearest_texts, postings_of
from causeloop_pipeline.analysis.detect.similarity.corpus import build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import WEIGHTS, pair_features, undirected
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import text_rows
from causeloop_pipeline.cli.issue_input import read_issues

SHARED = Path(os.environ.get("CAUSELOOP_SHARED", Path(__file__).resolve().parents[3] / "shared"))
# how much a pair weighs in the fit: a tracker of singletons has few true pairs, each of which tells more
TRACKERS = {"eclipse_duplicates": 1.0, "hadoop_bug_reports": 3.0}
NEGATIVE = {"short_text", "other_exception", "rank", "long_gap", "other_numbers", "slot_differs"}
# what tells near-identical pairs apart is too rare to move the likelihood: chosen by the F1 of the groups
HELD = {"slot_differs": -0.40, "long_gap": -0.80}
UNSCALED = {"component", "long_gap"}  # 0 means that nothing is known
RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Tracker:
    """The candidate pairs of one tracker: features by name, which are duplicates, in which half they are."""

    features: dict[str, Floats]
    same: Bools
    half: npt.NDArray[np.int64]  # 0, 1; -1 for a pair across both
    weight: float


def labelled_issues(name: str) -> pl.DataFrame:
    """The canonical issues of a tracker with their `label`."""
    source = read_issues(
        SHARED / f"data/grouping/{name}.parquet",
        [],
        "UTC",
        skip_bad_rows=False,
        date_format=None,
        unread=["group_label"],
    )
    labels = source.file.table["group_label"].gather(source.read.rows - source.file.first_row)
    told = source.read.issues.select("issue_id").with_columns(labels.cast(pl.String).alias("label"))
    return canonical_issues(source.read.issues).join(told, on="issue_id", maintain_order="left")


def read_tracker(name: str, weight: float) -> Tracker:
    """Candidate pairs as grouping finds them."""
    table = labelled_issues(name)
    texts = text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    near = nearest_texts(corpus, postings_of(corpus, lexicon), lexicon, same=True)
    found = undirected(near, corpus.size)
    label = table["label"].to_numpy()
    half = np.array([zlib.crc32(name.encode()) & 1 for name in label])
    a, b = found.left, found.right
    features = pair_features(corpus, corpus, lexicon, found, slice(None))
    return Tracker(features, label[a] == label[b], np.where(half[a] == half[b], half[a], -1), weight)


def scales(trackers: list[Tracker]) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation per feature, every tracker counting the same."""
    found = {}
    for name in WEIGHTS:
        known = [column[np.isfinite(column)] for column in (t.features[name] for t in trackers)]
        mean = float(np.mean([column.mean() for column in known if len(column)]))
        spread = float(np.mean([column.std() for column in known if len(column)]))
        found[name] = (0.0 if name in UNSCALED else mean, 1.0 if name == "component" else spread)
    return found


def columns(tracker: Tracker, scale: dict[str, tuple[float, float]]) -> Floats:
    """Standardized features; a missing one counts as average."""
    return np.column_stack(
        [
            (np.nan_to_num(tracker.features[name], nan=mean) - mean) / spread
            for name, (mean, spread) in scale.items()
        ]
    )


def fitted(parts: list[tuple[Floats, Bools, float]], names: list[str]) -> Floats:
    """Logistic weights with one intercept per tracker, ridge penalty, fixed signs (L-BFGS-B)."""
    from scipy.optimize import minimize

    width = len(names)

    def loss(theta: Floats) -> tuple[float, Floats]:
        gradient = np.concatenate([RIDGE * theta[:width], np.zeros(len(parts))])
        total = 0.5 * RIDGE * float((theta[:width] ** 2).sum())
        for at, (x, same, weight) in enumerate(parts):
            z = x @ theta[:width] + theta[width + at]
            total += weight * float((np.logaddexp(0.0, z) - same * z).sum())
            error = weight * (1.0 / (1.0 + np.exp(-z)) - same)
            gradient[:width] += x.T @ error
            gradient[width + at] += error.sum()
        return total, gradient

    signs = [(None, 0.0) if name in NEGATIVE else (0.0, None) for name in names]
    held = [(HELD[name],) * 2 if name in HELD else sign for name, sign in zip(names, signs, strict=True)]
    start = np.concatenate([[HELD.get(name, 0.0) for name in names], np.full(len(parts), -5.0)])
    bounds = held + [(None, None)] * len(parts)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:width])


def main() -> None:
    """The table of weights, and how well they rank the pairs."""
    from sklearn.metrics import average_precision_score

    across = argparse.ArgumentParser(description=__doc__)
    across.add_argument("--across", action="store_true")
    trackers = {name: read_tracker(name, weight) for name, weight in TRACKERS.items()}
    scale = scales(list(trackers.values()))
    x = {name: columns(tracker, scale) for name, tracker in trackers.items()}
    if across.parse_args().across:
        for half in (0, 1):
            own = [(x[n][t.half == half], t.same[t.half == half], t.weight) for n, t in trackers.items()]
            weights = fitted(own, list(scale))
            for name, tracker in trackers.items():
                other = tracker.half == 1 - half
                precision = average_precision_score(tracker.same[other], x[name][other] @ weights)
                print(f"fitted on half {half}, average precision on the other: {name} {precision:.3f}")
        return
    weights = fitted([(x[n], t.same, t.weight) for n, t in trackers.items()], list(scale))
    for name, weight in zip(scale, weights, strict=True):
        print(f'    "{name}": ({weight:.2f}, {scale[name][0]:.3f}, {scale[name][1]:.3f}),')
    for name, tracker in trackers.items():
        print(f"average precision: {name} {average_precision_score(tracker.same, x[name] @ weights):.3f}")


if __name__ == "__main__":
    main()
