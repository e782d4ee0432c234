"""Patterns with the letters of all scripts, narrowed for texts of ASCII alone."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.text_patterns import narrow_pattern
from causeloop_pipeline.analysis.detect.similarity.tokens import _RAW_WORD

PATTERNS = (_RAW_WORD, r"[^\pL\pN]+", r"^[\pN]+$")
ASCII_TEXT = st.text(st.characters(max_codepoint=127), max_size=60)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(texts=st.lists(ASCII_TEXT | st.none(), max_size=4))
def test_a_narrowed_pattern_matches_the_same_in_ascii(pattern: str, texts: list[str | None]) -> None:
    column = pl.Series("text", texts, dtype=pl.String)
    narrowed = narrow_pattern(pattern, column)
    assert r"\p" not in narrowed
    assert column.str.extract_all(narrowed).equals(column.str.extract_all(pattern))


def test_a_text_in_another_script_keeps_the_letters_of_all_scripts() -> None:
    assert narrow_pattern(_RAW_WORD, pl.Series(["plain", None, "日本語"])) == _RAW_WORD
