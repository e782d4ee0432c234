"""Titles that differ in one number: `Backport X to branch 3.2` and `… 3.3` are a series, not one cause.

Such pairs have nearly the highest similarity that a pair can have, and are rarely one cause. The shifts are
log likelihood ratios over the candidate pairs of ten public trackers: of pairs that differ in one number, 9
were expected to be duplicates and none was; of 30 where one title is the other with a number in parentheses
after it (`X` and `X (2)`), one was. Titles that differ in another word, or in several numbers (those of a
kernel log do), are as likely as others.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.text_patterns import narrow_pattern

SHIFTS = (0.0, -2.0, -3.0)  # of log odds, where the word that differs is a number in none, one or both titles
MIN_WORDS, MAX_WORDS = 4, 40  # of shorter titles, all that is left after one word is too little
_NUMBER = r"^\(?[\pN]+\)?$"
_CHUNK = 20_000


def compare_slots(ours: pl.Series, theirs: pl.Series, left: Ints, right: Ints) -> Floats:
    """Compares the words of pairs of titles.

    In: the normalized titles of two corpora (lower case, words between single spaces), pairs of rows. Out:
    per pair by how much the log odds of one cause change: 0 unless both titles are the same words but for one
    that is a number, or that one of both has in parentheses after them.
    """
    our_rows, their_rows = np.unique(left), np.unique(right)
    our_words, their_words = _Words.of(ours, our_rows), _Words.of(theirs, their_rows)
    left, right = np.searchsorted(our_rows, left), np.searchsorted(their_rows, right)

    shift = np.zeros(len(left))
    length = our_words.length[left]
    is_compared = (length == their_words.length[right]) & (length >= MIN_WORDS) & (length <= MAX_WORDS)
    compared = np.flatnonzero(is_compared)
    compared = compared[np.argsort(length[compared], kind="stable")]
    for count in np.unique(length[compared]):
        of_length = compared[length[compared] == count]
        for at in range(0, len(of_length), _CHUNK):
            pairs = of_length[at : at + _CHUNK]
            shift[pairs] = _compare(our_words, their_words, left[pairs], right[pairs], int(count))
    shift += _find_numbered(our_words, their_words, left, right)
    shift += _find_numbered(their_words, our_words, right, left)
    return shift


def _find_numbered(longer: "_Words", shorter: "_Words", left: Ints, right: Ints) -> Floats:
    """The shift of pairs whose left title is the right one with a number in parentheses after it."""
    shift, length = np.zeros(len(left)), longer.length[left]
    is_longer = (length == shorter.length[right] + 1) & (length >= MIN_WORDS) & (length <= MAX_WORDS)
    pairs = np.flatnonzero(is_longer)
    pairs = pairs[longer.is_numbered[left[pairs]]]
    for count in np.unique(length[pairs]) - 1:
        own, offsets = pairs[length[pairs] == count + 1], np.arange(count)
        a, b = longer.start[left[own]][:, None] + offsets, shorter.start[right[own]][:, None] + offsets
        shift[own] = np.where((longer.code[a] == shorter.code[b]).all(axis=1), SHIFTS[1], 0.0)
    return shift


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of titles, one after the other: hashes, which are numbers, and where each title begins."""

    code: NDArray[np.uint64]
    is_number: Ints
    start: Ints
    length: Ints
    is_numbered: Bools  # per title, whether its last word is a number in parentheses

    @staticmethod
    def of(titles: pl.Series, rows: Ints) -> "_Words":
        """The words, which single spaces divide, of the titles in these rows."""
        chosen = titles[rows]
        columns = chosen.to_frame("title").select(_describe_words(narrow_pattern(_NUMBER, chosen)))
        length = columns["length"][0].to_numpy()
        return _Words(
            columns["code"][0].to_numpy(),
            columns["is_number"][0].to_numpy(),
            np.cumsum(length) - length,
            length,
            columns["is_numbered"][0].to_numpy(),
        )


@lru_cache
def _describe_words(number: str) -> list[pl.Expr]:
    """How many words titles have; the hash of each, and whether it is a number, by this pattern."""
    words = pl.col("title").fill_null("").str.split(" ")
    word = words.explode()
    return [
        words.list.len().cast(pl.Int64).implode().alias("length"),
        word.hash(0).implode().alias("code"),
        word.str.contains(number).cast(pl.Int64).implode().alias("is_number"),
        pl.col("title").fill_null("").str.ends_with(")").implode().alias("is_numbered"),
    ]


def _compare(ours: _Words, theirs: _Words, left: Ints, right: Ints, count: int) -> Floats:
    offsets = np.arange(count)
    a, b = ours.start[left][:, None] + offsets, theirs.start[right][:, None] + offsets
    differs = ours.code[a] != theirs.code[b]
    numbers = (differs * (ours.is_number[a] + theirs.is_number[b])).sum(axis=1)
    return np.where(differs.sum(axis=1) == 1, np.array(SHIFTS)[np.minimum(numbers, 2)], 0.0)
