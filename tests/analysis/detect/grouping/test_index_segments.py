"""Segments of an index are joined and stored without a change to their texts."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.grouping.index_segments import (
    Segment,
    deserialize_frame,
    deserialize_segment,
    join_segments,
    serialize_frame,
    serialize_segment,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import add_texts
from causeloop_pipeline.analysis.detect.similarity.pair_score import NearestCosines
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import compare_texts, select_text_rows
from tests.support.failure_texts import REPORTS, human_issues


def build_segments() -> tuple[Segment, Segment]:
    """The texts of a grouping, and two texts that were added later."""
    stack = "\n".join(f"  at com.shop.pay.Step{name}.run(Step.java:7)" for name in "ABCD")
    issues = human_issues().with_columns(body=pl.lit(stack))
    similarity = compare_texts(select_text_rows(canonical_issues(issues)))
    assert similarity.corpus.frames.nnz == 4 * len(REPORTS)
    texts = len(REPORTS)
    cosines = NearestCosines(np.linspace(0.1, 0.8, texts), np.linspace(0.0, 0.4, texts))
    first = Segment(similarity.corpus, np.arange(texts), cosines, similarity.lexicon)
    new = human_issues(["Payment gateway is slow again", "Other words: zebra xylophone"])
    lexicon, corpus = add_texts(select_text_rows(canonical_issues(new)), similarity.lexicon)
    added = Segment(corpus, np.array([3, 9]), NearestCosines(np.ones(2), np.zeros(2)), lexicon)
    return first, added


def test_joined_segments_hold_the_texts_of_all_in_order() -> None:
    first, added = build_segments()
    joined = join_segments([first, added], added.lexicon)
    assert joined.corpus.size == first.corpus.size + added.corpus.size
    assert joined.group.tolist() == [*first.group.tolist(), *added.group.tolist()]
    assert joined.nearest_cosines.first[-1] == 1.0
    width = added.lexicon.terms.height
    assert joined.corpus.whole.shape == (joined.corpus.size, width)
    dense = joined.corpus.whole.toarray()
    assert np.array_equal(dense[-2:, : added.corpus.whole.shape[1]], added.corpus.whole.toarray())
    assert joined.corpus.metadata.equals(pl.concat([first.corpus.metadata, added.corpus.metadata]))


def test_a_stored_segment_is_read_as_it_was() -> None:
    segment, _ = build_segments()
    blobs = serialize_segment(segment)
    read = deserialize_segment([memoryview(blob) for blob in blobs], segment.lexicon)
    assert np.array_equal(read.corpus.title.toarray(), segment.corpus.title.toarray())
    assert abs(read.corpus.frames - segment.corpus.frames).sum() == 0
    assert np.array_equal(read.nearest_cosines.second, segment.nearest_cosines.second)
    assert read.group.tolist() == segment.group.tolist()
    assert serialize_segment(read) == blobs


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(2**40), 2**40), max_size=9))
def test_equal_numbers_give_equal_bytes_even_if_a_filter_removed_nulls(numbers: list[int]) -> None:
    frame = pl.DataFrame({"number": numbers}, schema={"number": pl.Int64})
    written = serialize_frame(frame)
    with_nulls = pl.concat([frame, pl.DataFrame({"number": [None, None]}, schema=frame.schema)])
    assert serialize_frame(with_nulls.filter(pl.col("number").is_not_null())) == written
    assert deserialize_frame(memoryview(written)).equals(frame)


def test_a_stored_frame_keeps_its_nulls_and_its_types() -> None:
    frame = pl.DataFrame(
        {"text": ["a", None], "code": pl.Series([1, 2], dtype=pl.UInt32), "none": [None, None]}
    )
    assert deserialize_frame(memoryview(serialize_frame(frame))).equals(frame)
