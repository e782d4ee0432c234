"""Families of failure are recognized by the words of engineers and machines, in any spelling."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.clusters.error_families import (
    FAMILIES,
    MAX_CHARACTERS,
    format_family,
    recognize_families,
)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("No space left on device", "disk_full"),
        ("java.lang.OutOfMemoryError: Java heap space", "out_of_memory"),
        ("read_timeout=30 exceeded, request timed out", "timeout"),
        ("TLS certificate of issuer expired", "certificate_expiry"),
        ("upstream.connection_refused", "network"),
    ],
)
def test_the_clearest_family_comes_first(text: str, family: str) -> None:
    assert recognize_families(text)[0].family == family


def test_each_family_is_named_once_with_the_words_that_show_it() -> None:
    matches = recognize_families("disk full, no space left, low disk")
    assert [match.family for match in matches].count("disk_full") == 1
    assert matches[0].words in {"disk full", "no space left"}


def test_words_after_the_first_characters_do_not_count() -> None:
    assert recognize_families("x" * MAX_CHARACTERS + " no space left") == []


def test_a_text_that_describes_no_failure_has_no_family() -> None:
    assert recognize_families("hello") == []


def test_titles_are_readable() -> None:
    assert format_family("dns") == "DNS"
    assert format_family("disk_full") == "disk full"
    assert all("_" not in format_family(family) for family in FAMILIES)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_distinct_families_the_clearest_first(text: str) -> None:
    matches = recognize_families(text)
    assert len({match.family for match in matches}) == len(matches)
    assert [match.weight for match in matches] == sorted((match.weight for match in matches), reverse=True)


def test_an_assertion_that_fails_in_production_is_not_a_flaky_test() -> None:
    text = "AssertionError: refund of order 4711 differs from capture by 3 cents"
    assert "flaky_test" not in {match.family for match in recognize_families(text)}
    assert recognize_families("pytest: test_refund failed, flaky")[0].family == "flaky_test"
