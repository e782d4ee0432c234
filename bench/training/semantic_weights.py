"""Fits what meaning adds to the score of a pair, and to a search, to trackers of known duplicates.

`python -m bench.training.semantic_weights FOLDER`, with the folder of a sentence encoder, prints the tables
of `similarity/semantic_score.py`; of a pair the score by words is taken as it is. For each family it then
prints Recall@1 and @10 of the search for similar issues by words, and by meaning too, both with weights
that were fitted without the family.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import minimize

from bench.data.shared_folder import find_shared_file
from bench.training.semantic_search import print_recalls, print_search_weights, search_twice
from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings, find_nearest_texts
from causeloop_pipeline.analysis.detect.similarity.corpus import build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_model import estimate_pair_model
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    build_candidates,
    collect_nearest_cosines,
    score_pairs,
)
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.semantic_pairs import (
    add_neighbours_by_meaning,
    list_by_meaning,
)
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SEMANTIC_WEIGHTS
from causeloop_pipeline.analysis.detect.similarity.text_vectors import read_vectors
from causeloop_pipeline.analysis.evaluation.encoded_issues import encode_issues
from causeloop_pipeline.analysis.evaluation.pair_training.weights import MAX_POSITIVES
from causeloop_pipeline.cli.labelled_sets import read_labelled_set
from causeloop_pipeline.cli.output.quality.known_sets import KNOWN_SETS
from causeloop_pipeline.encoder.folder import read_folder
from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder

UNFAMILIAR = "crash_logs_kernel"  # labelled by rules: scored by the weights of all others, fits none
FAMILIES = {name: each.family for name, each in KNOWN_SETS.items() if each.family is not None}
MAX_BAD_ROWS = 0.05
NEIGHBOURS = 40
RIDGE, LIST_WEIGHT = 1.0, 0.2
NAMES = tuple(SEMANTIC_WEIGHTS)

Scale = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SearchedTracker:
    """The pairs of all searches in a tracker: features by name, the list of each, and whether it is right."""

    features: dict[str, Floats]
    is_mate: Bools
    list_of_pair: Ints
    weight: Floats


def read_labelled_issues(name: str) -> pl.DataFrame:
    """The canonical issues of a tracker with their `label`, null for a duplicate of an unknown issue."""
    labelled = read_labelled_set(
        find_shared_file(f"data/grouping/{name}.parquet"), "group_label", MAX_BAD_ROWS
    )
    label_of_issue = labelled.issues.select("issue_id").with_columns(labelled.labels.alias("label"))
    return canonical_issues(labelled.issues).join(label_of_issue, on="issue_id", maintain_order="left")


def search_tracker(table: pl.DataFrame, vector_of: Mapping[str, bytes]) -> SearchedTracker:
    """Searches for each labelled issue."""
    texts = select_text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    postings = build_postings(corpus, lexicon)
    near = find_nearest_texts(corpus, postings, lexicon, limit=NEIGHBOURS, is_self_search=True)
    nearest = collect_nearest_cosines(near, corpus.size)
    by_words = score_pairs(
        corpus,
        corpus,
        lexicon,
        build_candidates(near.row, near.other, near.rank, near.cosine, nearest, nearest),
    )
    model = estimate_pair_model(by_words, texts["source"].to_list())
    vectors = read_vectors(b"".join(vector_of[issue_id] for issue_id in table["issue_id"]))
    every = np.arange(corpus.size)
    searches = (every, list_by_meaning(vectors, every))
    semantic = add_neighbours_by_meaning(near, corpus, lexicon, searches, limit=NEIGHBOURS)
    near = semantic.neighbours
    pairs = score_pairs(
        corpus,
        corpus,
        lexicon,
        build_candidates(near.row, near.other, near.rank, near.cosine, nearest, nearest),
    )
    time = model.score_with_time(replace(pairs, score=np.zeros(len(near.row))))
    label = table["label"].rank("dense").fill_null(0).to_numpy().astype(np.int64)
    size = np.bincount(label)
    size[0] = 0
    is_mate = (label[near.row] > 0) & (label[near.row] == label[near.other])
    is_used = (label[near.row] > 0) & (label[near.other] > 0)
    weight = np.where(is_mate, 1.0 / np.maximum(size[label[near.row]] - 1, 1), 1.0) * is_used
    weight *= min(MAX_POSITIVES / max(float(weight[is_mate].sum()), 1.0), 1.0)
    features = {"score": pairs.score, "semantic_margin": semantic.margin, "semantic_rank": semantic.rank}
    return SearchedTracker({**features, "time": time}, is_mate, near.row, weight)


def measure_scale(trackers: Sequence[SearchedTracker]) -> Scale:
    """Mean and standard deviation of what meaning says, every tracker counting the same."""
    scale = {"score": (0.0, 1.0)}
    for name in NAMES[1:]:
        columns = [each.features[name][np.isfinite(each.features[name])] for each in trackers]
        scale[name] = (
            float(np.mean([column.mean() for column in columns])),
            float(np.mean([column.std() for column in columns])),
        )
    return scale


def _standardize(tracker: SearchedTracker, scale: Scale) -> Floats:
    columns = [
        (np.nan_to_num(tracker.features[name], nan=scale[name][0]) - scale[name][0]) / scale[name][1]
        for name in NAMES
    ]
    return np.column_stack(columns)


def fit(trackers: Sequence[SearchedTracker], scale: Scale) -> Floats:
    """Logistic weights with one intercept a tracker; a mate must also stand high in its list."""
    prepared = [_prepare(tracker, scale) for tracker in trackers]
    width = len(NAMES)

    def loss(theta: Floats) -> tuple[float, Floats]:
        gradient = np.concatenate([RIDGE * theta[:width], np.zeros(len(prepared))])
        gradient[0] -= RIDGE  # the score by words stays as it is unless the trackers say otherwise
        total = 0.5 * RIDGE * float((theta[:width] ** 2).sum()) - RIDGE * float(theta[0])
        for number, (features, time, is_mate, weight, starts, of_list) in enumerate(prepared):
            score = features @ theta[:width] + time
            logit = score + theta[width + number]
            total += float((weight * (np.logaddexp(0.0, logit) - is_mate * logit)).sum())
            error = weight * (1.0 / (1.0 + np.exp(-logit)) - is_mate)
            gradient[width + number] += error.sum()
            odds = np.exp(score - np.maximum.reduceat(score, starts)[of_list])
            of_all, of_right = np.add.reduceat(odds, starts), np.add.reduceat(odds * is_mate, starts)
            counts = LIST_WEIGHT * (of_right > 0) * min(MAX_POSITIVES / max((of_right > 0).sum(), 1), 1.0)
            of_right = np.maximum(of_right, 1e-300)
            total += float((counts * np.log(of_all / of_right)).sum(where=counts > 0))
            slope = odds / of_all[of_list] - odds * is_mate / of_right[of_list]
            gradient[:width] += features.T @ (error + counts[of_list] * slope)
        return total, gradient

    start = np.concatenate([[1.0, 0.1, -0.1], np.full(len(prepared), -5.0)])
    bounds = [(0.0, None), (0.0, None), (None, 0.0), *[(None, None)] * len(prepared)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:width])


def _prepare(tracker: SearchedTracker, scale: Scale) -> tuple[Any, ...]:
    """The pairs that meaning counts for, list by list."""
    used = np.flatnonzero((tracker.weight > 0) & np.isfinite(tracker.features["semantic_margin"]))
    of_list = np.unique(tracker.list_of_pair[used], return_inverse=True)[1]
    starts = np.searchsorted(of_list, np.arange(int(of_list.max(initial=-1)) + 1))
    features, time = _standardize(tracker, scale)[used], tracker.features["time"][used]
    return features, time, tracker.is_mate[used].astype(np.float64), tracker.weight[used], starts, of_list


def main() -> None:
    """Prints the tables of weights, and the recalls of each tracker without and with meaning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of a sentence encoder")
    encoder = SentenceEncoder(read_folder(parser.parse_args().folder))
    trackers, searches = {}, {}
    for name in (*FAMILIES, UNFAMILIAR):
        table = read_labelled_issues(name)
        vector_of = encode_issues(table, encoder.encode).vector_of
        trackers[name] = search_tracker(table, vector_of)
        searches[name] = search_twice(table, vector_of)
        print(f"searched {name}", flush=True)
    print_weights([trackers[name] for name in FAMILIES])
    print_search_weights([searches[name].by_meaning for name in FAMILIES])
    print_recalls(searches, FAMILIES)


def print_weights(trackers: Sequence[SearchedTracker]) -> None:
    """Prints the weights of all trackers."""
    scale = measure_scale(trackers)
    for (name, (mean, deviation)), weight in zip(scale.items(), fit(trackers, scale), strict=True):
        print(f'    "{name}": ({weight:.3f}, {mean:.3f}, {deviation:.3f}),')


if __name__ == "__main__":
    main()
