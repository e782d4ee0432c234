"""Regular expressions with the letters of all scripts, in a form that is cheaper for texts that are ASCII.

A class of the letters of all scripts takes milliseconds to set up, at each use again.
"""

from functools import lru_cache

import polars as pl

_ASCII_OF_CLASS = ((r"\pL", "A-Za-z"), (r"\pM", ""), (r"\pN", "0-9"))


def narrow_pattern(pattern: str, texts: pl.Series) -> str:
    r"""Narrows a pattern to what texts can hold.

    In: a regular expression with `\pL`, `\pM` and `\pN` within brackets only; texts. Out: a pattern that
    matches the same in these texts: in classes of ASCII if all of them are.
    """
    are_ascii = all(text is None or text.isascii() for text in texts)
    return _with_ascii_classes(pattern) if are_ascii else pattern


@lru_cache
def _with_ascii_classes(pattern: str) -> str:
    for name, characters in _ASCII_OF_CLASS:
        pattern = pattern.replace(name, characters)
    return pattern
