"""Labelled sets as the fits see them: features of candidate pairs, whole and as exports of duplicates.

Exports are made of each set that has singletons: its issues with a mate, all or a third of the groups, alone
and among so many singletons. So every set shows how base rates look in an export of nothing but duplicates.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings, find_nearest_texts
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import PairParameters
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    CandidatePairs,
    TextPairs,
    build_candidates,
    collect_nearest_cosines,
    compare_title_spelling,
    compute_pair_features,
    merge_directions,
    score_features,
)
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.series import find_series
from causeloop_pipeline.analysis.evaluation.pair_training.labelled_searches import (
    SearchedTracker,
    number_labels,
    search_tracker,
)

LIST_LENGTH = 40
SINGLETONS_PER_MATE = (0.0, 0.33, 1.0)
CONSECUTIVE = (120, 500)
_MIN_GROUPS, _MIN_SINGLETONS = 20, 50


@dataclass(frozen=True, slots=True)
class LabelledPairs:
    """The candidate pairs of texts with their features; per text its label, 0 where it is unknown."""

    features: dict[str, Floats]
    left: Ints
    right: Ints
    series: Floats
    label: Ints

    @property
    def are_known(self) -> Bools:
        """Per pair, whether both labels are known."""
        return np.asarray((self.label[self.left] > 0) & (self.label[self.right] > 0))

    @property
    def are_duplicates(self) -> Bools:
        """Per pair, whether both texts have one label."""
        return np.asarray(self.are_known & (self.label[self.left] == self.label[self.right]))

    def score(self, parameters: PairParameters) -> TextPairs:
        """The pairs as grouping scores them."""
        score = score_features(self.features, parameters)
        gaps = self.features["gap_days"]
        return TextPairs(self.left, self.right, self.features["cosine"], score, gaps, self.series)


@dataclass(frozen=True, slots=True)
class LabelledTracker:
    """A labelled set: its pairs, the lists of nearest neighbours of texts that have a mate (`left` is whose),
    the exports that were made of it, and the lists of a search.
    """

    family: str
    pairs: LabelledPairs
    lists: LabelledPairs
    exports: tuple[LabelledPairs, ...]
    searches: SearchedTracker


def read_tracker(family: str, issues: pl.DataFrame, labels: pl.Series, *, seed: int = 0) -> LabelledTracker:
    """Reads a labelled set for the fits.

    In: the family of trackers that it is of; issues; the group of each (null: unknown); the seed of exports.
    Out: its pairs, lists and exports.
    """
    label_of_issue = pl.DataFrame({"issue_id": issues["issue_id"], "label": labels.cast(pl.String)})
    table = canonical_issues(issues).join(label_of_issue, on="issue_id", maintain_order="left")
    exports = tuple(_compare(table[rows]) for rows in _choose_exports(table["label"], seed))
    return LabelledTracker(family, _compare(table), _search(table), exports, search_tracker(table, seed))


def _choose_exports(labels: pl.Series, seed: int) -> Iterator[Ints]:
    """The rows of each export."""
    generator = np.random.default_rng(seed)
    size = pl.DataFrame({"label": labels}).select(pl.len().over("label"))["len"].to_numpy()
    has_mate = labels.is_not_null().to_numpy() & (size > 1)
    duplicates, singletons = np.flatnonzero(has_mate), np.flatnonzero(~has_mate)
    groups = sorted(set(labels.gather(duplicates).to_list()))
    if len(groups) < _MIN_GROUPS:
        return
    for share in SINGLETONS_PER_MATE if len(singletons) >= _MIN_SINGLETONS else ():
        among = generator.choice(
            singletons, min(int(len(duplicates) * share), len(singletons)), replace=False
        )
        yield np.sort(np.concatenate([duplicates, among]))
    third = generator.choice(groups, max(len(groups) // 3, _MIN_GROUPS), replace=False)
    yield np.flatnonzero(labels.is_in(third.tolist()).fill_null(value=False).to_numpy())
    for count in CONSECUTIVE:
        if len(labels) >= 2 * count:
            start = int(generator.integers(0, len(labels) - count))
            yield np.arange(start, start + count)


def _compare(table: pl.DataFrame) -> LabelledPairs:
    """The candidate pairs as grouping finds them."""
    texts = select_text_rows(table)
    lexicon, counts = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, counts)
    near = find_nearest_texts(corpus, build_postings(corpus, lexicon), lexicon, is_self_search=True)
    return _describe(table, corpus, lexicon, merge_directions(near, corpus.size))


def _search(table: pl.DataFrame) -> LabelledPairs:
    """The lists of nearest neighbours, of texts that have a mate in theirs."""
    texts = select_text_rows(table)
    lexicon, counts = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, counts)
    postings = build_postings(corpus, lexicon)
    near = find_nearest_texts(corpus, postings, lexicon, limit=LIST_LENGTH, is_self_search=True)
    nearest = collect_nearest_cosines(near, corpus.size)
    label = number_labels(table)
    is_mate = (label[near.row] > 0) & (label[near.row] == label[near.other])
    chosen = np.isin(near.row, near.row[is_mate]) & (label[near.other] > 0)
    row, other, rank, cosine = near.row[chosen], near.other[chosen], near.rank[chosen], near.cosine[chosen]
    return _describe(table, corpus, lexicon, build_candidates(row, other, rank, cosine, nearest, nearest))


def _describe(table: pl.DataFrame, corpus: Corpus, lexicon: Lexicon, pairs: CandidatePairs) -> LabelledPairs:
    features = compute_pair_features(corpus, corpus, lexicon, pairs, slice(None))
    features["title_spelling"] = compare_title_spelling(corpus, corpus, pairs)
    titles = corpus.metadata["exact"]
    gaps, cosine = features["gap_days"], features["cosine"]
    series = find_series((titles, titles), pairs.left, pairs.right, gaps, cosine)
    return LabelledPairs(features, pairs.left, pairs.right, series, number_labels(table))
