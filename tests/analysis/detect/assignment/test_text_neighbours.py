"""The nearest texts of new texts are found in all segments of the index and among the new texts."""

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.text_neighbours import (
    NEW_TEXTS,
    NewTexts,
    ScoredPairs,
    score_neighbours,
)
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similarity.corpus import add_texts
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from tests.support.failure_texts import human_issues

LIKE_CHECKOUT = "Checkout times out because the payment gateway is slow"


@pytest.fixture(scope="module")
def index() -> PatternIndex:
    issues = human_issues()
    return group_issues(issues, fingerprint_issues(issues)).index


def score(index: PatternIndex, *titles: str, source: str = "tracker") -> ScoredPairs:
    new = human_issues(titles).with_columns(issue_id="n" + pl.col("issue_id"), source=pl.lit(source))
    texts = select_text_rows(canonical_issues(new))
    lexicon, corpus = add_texts(texts, index.lexicon)
    pairs, nearest = score_neighbours(NewTexts(texts["source"].to_list(), corpus, lexicon), index)
    assert (nearest.first >= nearest.second).all()
    assert len(nearest.first) == len(titles)
    return pairs


def test_the_likest_text_of_the_index_has_the_highest_probability(index: PatternIndex) -> None:
    pairs = score(index, LIKE_CHECKOUT)
    best = int(np.argmax(pairs.probability))
    assert pairs.segment[best] == 0
    ids = index.segments[0].corpus.metadata["issue_id"]
    assert ids[int(pairs.other[best])] in {"i0000", "i0001"}
    assert pairs.node[best] == index.segments[0].group[pairs.other[best]]


def test_new_texts_find_one_another_under_negative_nodes(index: PatternIndex) -> None:
    pairs = score(index, "Zebra crossing xylophone", "Zebra crossing xylophone broken")
    is_new = pairs.segment == NEW_TEXTS
    assert sorted(zip(pairs.row[is_new].tolist(), pairs.node[is_new].tolist(), strict=True)) == [
        (0, -2),
        (1, -1),
    ]


def test_a_source_that_the_index_has_not_seen_gets_the_most_careful_base_rate(index: PatternIndex) -> None:
    seen, unseen = score(index, LIKE_CHECKOUT), score(index, LIKE_CHECKOUT, source="never seen")
    assert unseen.probability.max() <= seen.probability.max()
