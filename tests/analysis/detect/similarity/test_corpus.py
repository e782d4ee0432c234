"""Texts become vectors of unit length over the terms of their lexicon, which later texts extend."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similarity import corpus as corpus_module
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, add_texts, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from tests.support.failure_texts import issue_frame

WORDS = ("disk", "gateway", "invoice", "kernel", "login", "payment", "queue", "socket")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), min_size=1, max_size=12)


def rows_of(titles: list[str], **columns: list[Any]) -> pl.DataFrame:
    rows = [
        {"title": title, **{name: values[row] for name, values in columns.items()}}
        for row, title in enumerate(titles)
    ]
    return select_text_rows(canonical_issues(issue_frame(rows)))


def build(texts: pl.DataFrame) -> tuple[Lexicon, Corpus]:
    lexicon, chunks = read_lexicon(texts)
    return lexicon, build_corpus(texts, lexicon, chunks)


def test_terms_are_in_alphabetical_order_with_the_number_of_texts_that_hold_them() -> None:
    lexicon, _ = build(rows_of(["payment gateway", "gateway gateway", "disk"]))
    assert lexicon.terms.select("term", "df").rows() == [("disk", 1), ("gateway", 2), ("payment", 1)]
    assert lexicon.terms["code"].to_list() == [0, 1, 2]
    assert lexicon.is_informative.tolist() == [False, True, False]
    assert lexicon.is_searchable.all()


def test_a_rare_term_has_a_higher_idf_than_a_common_one() -> None:
    lexicon, _ = build(rows_of(["gateway disk", "gateway", "gateway"]))
    disk, gateway = lexicon.idf[lexicon.codes_of(pl.Series(["disk", "gateway"]))]
    assert disk > gateway


def test_a_title_counts_for_more_than_a_body() -> None:
    texts = rows_of(["payment", "queue"], body=["queue", "payment"])
    lexicon, corpus = build(texts)
    payment, queue = lexicon.codes_of(pl.Series(["payment", "queue"]))
    weights = corpus.whole.toarray()
    assert weights[0, payment] > weights[0, queue]
    assert weights[1, queue] > weights[1, payment]


def test_metadata_holds_exceptions_and_the_plain_title() -> None:
    texts = rows_of(["IOException after 2.4 s", "Fine"], body=[None, "ValueError: x"])
    metadata = build(texts)[1].metadata
    assert metadata["exceptions"].to_list() == [["IOException"], ["ValueError"]]
    assert metadata["exact"].to_list() == ["ioexception after 2 4 s", "fine"]


@pytest.mark.parametrize(
    ("title", "exact"),
    [
        ("archive/tar: out of range (2)", "archive tar out of range (2)"),
        ("Disk full (#12) ", "disk full (12)"),
        ("Disk full on db-12", "disk full on db 12"),
        ("Login (SSO) fails (in 3.2)", "login sso fails in 3 2"),
        ("Wrong errno of read(2)", "wrong errno of read 2"),
    ],
)
def test_a_number_in_parentheses_after_a_title_stays_one(title: str, exact: str) -> None:
    assert build(rows_of([title]))[1].metadata["exact"].to_list() == [exact]


def test_a_text_without_any_term_has_an_empty_vector() -> None:
    _, corpus = build(rows_of(["", "disk"]))
    assert np.diff(corpus.whole.indptr).tolist() == [0, 1]


@settings(deadline=None)
@given(TEXTS)
def test_vectors_have_unit_length_unless_empty(titles: list[str]) -> None:
    _, corpus = build(rows_of(titles))
    norms = np.sqrt((corpus.whole.toarray() ** 2).sum(axis=1))
    assert np.allclose(norms, [1.0 if title else 0.0 for title in titles], atol=1e-5)
    assert corpus.size == len(titles)


@settings(deadline=None)
@given(TEXTS, st.sets(st.sampled_from([*WORDS, "unknown"]), min_size=1))
def test_codes_are_found_for_known_terms_only(titles: list[str], requested: set[str]) -> None:
    lexicon, _ = build(rows_of(titles))
    code_of = dict(lexicon.terms.select("term", "code").iter_rows())
    terms = sorted(code_of.keys() | requested)
    assert lexicon.codes_of(pl.Series(terms)).tolist() == [code_of.get(term, -1) for term in terms]


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_new_texts_extend_the_lexicon_and_change_nothing_in_it(old: list[str], new: list[str]) -> None:
    lexicon, _ = build(rows_of(old))
    extended, added = add_texts(rows_of(new), lexicon)
    assert extended.terms.head(lexicon.terms.height).equals(lexicon.terms)
    assert np.array_equal(extended.idf[: len(lexicon.idf)], lexicon.idf)
    assert added.size == len(new)
    assert (extended.codes_of(extended.terms["term"]) == np.arange(extended.terms.height)).all()


@settings(deadline=None, max_examples=10)
@given(TEXTS, TEXTS, st.integers(1, 4))
@example(["disk", "", "queue"], ["", "socket"], 1)
def test_the_size_of_chunks_does_not_matter(titles: list[str], new: list[str], chunk: int) -> None:
    texts, new_texts = rows_of(titles), rows_of(new)
    lexicon, corpus = build(texts)
    _, added = add_texts(new_texts, lexicon)
    whole_size = corpus_module._CHUNK
    corpus_module._CHUNK = chunk
    try:
        other_lexicon, other = build(texts)
        _, other_added = add_texts(new_texts, lexicon)
    finally:
        corpus_module._CHUNK = whole_size
    assert other_lexicon.terms.equals(lexicon.terms)
    assert np.array_equal(other.whole.toarray(), corpus.whole.toarray())
    assert np.array_equal(other_added.whole.toarray(), added.whole.toarray())


def test_taking_rows_keeps_their_vectors_and_metadata() -> None:
    _, corpus = build(rows_of(["payment gateway", "disk full", "login page"]))
    part = corpus.take(np.array([2, 0]))
    assert np.array_equal(part.whole.toarray(), corpus.whole.toarray()[[2, 0]])
    assert part.metadata["issue_id"].to_list() == ["i0002", "i0000"]
