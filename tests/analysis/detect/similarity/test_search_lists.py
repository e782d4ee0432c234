"""The lists of the search for similar issues: the nearest texts over all terms, with what orders them."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.similar_issues import find_similar_issues, find_similar_to_each
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.search_lists import search_texts
from causeloop_pipeline.analysis.detect.similarity.semantic_pairs import list_by_meaning
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SEMANTIC_SEARCH_WEIGHTS
from causeloop_pipeline.analysis.detect.similarity.text_vectors import WIDTH, Vectors
from tests.support.failure_texts import START, human_issues, issue_frame
from tests.support.one_off_titles import ONE_OFF


def read_corpus(issues: pl.DataFrame) -> tuple[Corpus, Lexicon]:
    texts = select_text_rows(canonical_issues(issues))
    lexicon, counts = read_lexicon(texts)
    return build_corpus(texts, lexicon, counts), lexicon


def test_a_list_holds_the_nearest_others_in_order() -> None:
    corpus, lexicon = read_corpus(human_issues())
    lists = search_texts(corpus, lexicon, limit=5)
    cosines = (corpus.whole @ corpus.whole.T).toarray()
    np.fill_diagonal(cosines, 0.0)
    for row in range(corpus.size):
        nearest = lists.features["cosine"][lists.left == row]
        expected = np.sort(cosines[row])[::-1][:5]
        assert nearest == pytest.approx(expected[: len(nearest)], abs=1e-5)
        assert row not in lists.right[lists.left == row]


def test_a_list_is_the_same_alone_and_among_others() -> None:
    corpus, lexicon = read_corpus(human_issues())
    every, alone = search_texts(corpus, lexicon), search_texts(corpus, lexicon, np.array([3]))
    chosen = every.left == 3
    assert every.right[chosen].tolist() == alone.right.tolist()
    assert every.score()[chosen] == pytest.approx(alone.score(), abs=1e-6)


def test_what_orders_a_list_has_a_weight_and_a_value() -> None:
    lists = search_texts(*read_corpus(human_issues()))
    assert set(SHIPPED.search_weights) <= set(lists.features)
    assert all(len(lists.features[name]) == len(lists.left) for name in SHIPPED.search_weights)


def test_no_texts_and_texts_without_words_have_empty_lists() -> None:
    for titles in ([], ["", ""]):
        corpus, lexicon = read_corpus(human_issues([*titles]))
        assert len(search_texts(corpus, lexicon).score()) == 0


def rank(titles: list[str], days: list[int]) -> list[str]:
    """The titles in the order in which a search with the first one finds them."""
    every = [*titles, *ONE_OFF]
    dates = [START + timedelta(days=day) for day in [*days, *[400] * len(ONE_OFF)]]
    rows = [{"title": title, "source_created_at": date} for title, date in zip(every, dates, strict=True)]
    ranked = find_similar_issues(issue_frame(rows), "i0000", 5)
    return [every[int(issue_id[1:])] for issue_id in ranked["issue_id"]]


def test_of_two_equal_reports_the_one_on_the_same_platform_comes_first() -> None:
    titles = ["Android: list view flickers", "iOS: list view flickers", "Android: list view is flickering"]
    assert rank(titles, [10, 10, 10])[0] == titles[2]


def test_of_two_equal_reports_the_one_of_the_same_week_comes_first() -> None:
    titles = ["List view flickers", "List view flickers when resized", "List view flickers when resized"]
    assert rank(titles, [500, 10, 498])[0] == titles[2]
    frame = issue_frame(
        [
            {"title": title, "source_created_at": START + timedelta(days=day)}
            for title, day in zip(titles, [500, 10, 498], strict=True)
        ]
    )
    assert find_similar_to_each(frame, pl.Series(["i0000"]), limit=1) == {"i0000": ["i0002"]}


def draw_vectors(texts: int, near: tuple[int, int]) -> Vectors:
    """Vectors of chance, of which two are equal."""
    vectors = np.random.default_rng(3).integers(-100, 100, (texts, WIDTH)).astype(np.int8)
    vectors[near[1]] = vectors[near[0]]
    return vectors


def test_a_text_in_other_words_is_found_by_its_meaning() -> None:
    frame = human_issues(["Users cannot sign in", "Nobody gets past authentication", *ONE_OFF])
    issues = canonical_issues(frame)
    by_words = find_similar_to_each(issues, pl.Series(["i0000"]), limit=60)
    vectors = draw_vectors(issues.height, (0, 1))
    vector_of = {each: vectors[row].tobytes() for row, each in enumerate(issues["issue_id"])}
    by_meaning = find_similar_to_each(issues, pl.Series(["i0000"]), limit=60, vector_of=vector_of)
    assert "i0001" not in by_words.get("i0000", [])
    assert "i0001" in by_meaning["i0000"][:10]

    cosines = dict.fromkeys(issues["issue_id"], 0.0) | {"i0001": 1.0}
    ranked = find_similar_issues(issues, "i0000", 10, cosines=cosines)
    assert "i0001" in ranked["issue_id"]
    assert ranked["similarity"].is_between(0.0, 1.0).all()


def test_by_meaning_a_list_is_the_same_alone_and_among_others() -> None:
    corpus, lexicon = read_corpus(human_issues())
    vectors, rows = draw_vectors(corpus.size, (3, 5)), np.arange(corpus.size)
    every = search_texts(corpus, lexicon, semantic=list_by_meaning(vectors, rows))
    row = np.array([3])
    alone = search_texts(corpus, lexicon, row, semantic=list_by_meaning(vectors, row))
    chosen = every.left == 3
    assert every.right[chosen].tolist() == alone.right.tolist()
    assert every.score()[chosen] == pytest.approx(alone.score(), abs=1e-6)
    assert set(SEMANTIC_SEARCH_WEIGHTS) <= set(every.features)
    assert not (every.left == every.right).any()
