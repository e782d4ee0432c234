"""Words become terms: identifiers whole and in parts, stems, numbers; other scripts are not lost."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.tokens import (
    count_terms,
    expand_word,
    select_body_text,
    spell_terms,
    stem,
)


def terms(text: str) -> set[str]:
    return set(count_terms(pl.Series([text]))["term"])


def test_identifiers_count_whole_and_in_parts() -> None:
    assert {"nullpointerexception", "null", "pointer"} <= set(expand_word("NullPointerException"))
    assert {"org.apache.hadoop", "apach", "hadoop"} <= set(expand_word("org.apache.hadoop"))


def test_forms_of_one_word_are_one_term() -> None:
    assert {stem(word) for word in ("crash", "crashes", "crashed", "crashing")} == {"crash"}


def test_terms_are_spelled_as_the_text_does() -> None:
    body = "<b>The</b> pool.AcquireTimeout on #17 with 支付失败" + " and so on" * 400

    assert spell_terms(
        ["coffe", "leak", "acquir", "#17", "付失", "absent"], "Coffee machine leaks", body
    ) == [
        "Coffee",
        "leaks",
        "pool.AcquireTimeout",
        "#17",
        "付失",
        "absent",
    ]


def test_ticket_numbers_and_versions_are_terms_and_stop_words_are_not() -> None:
    assert terms("see #4711 in 2.4.1") == {"#4711", "2.4.1"}


def test_text_without_spaces_is_read_in_pairs_of_characters() -> None:
    assert {"支付", "付失", "失败"} <= terms("支付失败")


def test_markup_and_what_follows_a_long_beginning_is_not_read() -> None:
    body = select_body_text(pl.Series(["<p class='x'>hello&nbsp;there</p>" + " tail" * 2_000]))[0]
    assert "class" not in body
    assert len(body) <= 3_000


def test_counts_are_by_row_and_sorted() -> None:
    counts = count_terms(pl.Series(["disk disk full", "", "disk"]))
    assert counts.rows() == [(0, "disk", 2), (0, "full", 1), (2, "disk", 1)]


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_terms_without_failing(text: str) -> None:
    counts = count_terms(pl.Series([text], dtype=pl.String))
    assert (counts["count"] > 0).all()
    assert counts["term"].null_count() == 0
