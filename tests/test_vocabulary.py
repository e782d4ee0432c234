"""One word per concept: the words that the glossary replaced stay out of names, texts, SQL and scripts."""

from pathlib import Path

import pytest

from tests.offenders import assert_no_offenders
from tests.support.vocabulary import find_replaced_words, repository_files


def test_no_replaced_word_is_used() -> None:
    assert_no_offenders(repository_files(), lambda path: map(str, find_replaced_words(path)))


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("x.py", "said = 1\n", "said"),
        ("x.py", "def _answered():\n    return 1\n", "_answered()"),
        ("x.py", "LEAST_SIZE = 1\n", "LEAST_SIZE"),
        ("x.py", "known = 1\n", "known"),
        ("x.sql", "select 1 as found\n", "found"),
        ("x.js", "const told = 1;\n", "told"),
        ("x.md", "The door stays shut.\n", "door"),
    ],
)
def test_a_replaced_word_is_found(name: str, text: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)

    assert [finding.word for finding in find_replaced_words(path, root=tmp_path)] == [word]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.py", '"""A known issue is one that was found."""\n'),
        ("x.py", "def embed():\n    return 1\n"),
        ("x.py", "MIN_SIZE = 1\n"),
        ("x.sql", "select 1 as pattern_count\n"),
    ],
)
def test_a_plain_word_is_not_found(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)

    assert find_replaced_words(path, root=tmp_path) == []
