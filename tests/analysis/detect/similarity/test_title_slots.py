"""Titles that differ in one number are a series."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.similarity.title_slots import SHIFTS, compare_slots

_, NUMBER_FOR_WORD, NUMBERS_DIFFER = SHIFTS


def compare(left: str, right: str) -> float:
    return float(compare_slots(pl.Series([left]), pl.Series([right]), np.array([0]), np.array([0]))[0])


@pytest.mark.parametrize(
    ("left", "right", "shift"),
    [
        ("backport fix to branch 3 2", "backport fix to branch 3 3", NUMBERS_DIFFER),
        ("upgrade jetty to version 9", "upgrade jetty to version next", NUMBER_FOR_WORD),
        ("cart total is wrong today", "cart total is late today", 0.0),
        ("task 12 blocked for 120 seconds", "task 99 blocked for 143 seconds", 0.0),
        ("disk 3 full", "disk 4 full", 0.0),
        ("worker 3 of shop stopped", "worker 3 of shop stopped", 0.0),
        ("worker 3 of shop stopped", "worker 3 stopped", 0.0),
        ("tar slice bounds wrong", "tar slice bounds wrong (2)", NUMBER_FOR_WORD),
        ("tar slice bounds wrong (2)", "tar slice bounds wrong (3)", NUMBERS_DIFFER),
        ("tar slice bounds wrong", "zip slice bounds wrong (2)", 0.0),
        ("setup fails on windows", "setup fails on windows 10", 0.0),
        ("", "", 0.0),
    ],
)
def test_only_one_differing_number_makes_a_series(left: str, right: str, shift: float) -> None:
    assert compare(left, right) == shift


def test_pairs_of_two_corpora_are_compared_whatever_their_order() -> None:
    ours = pl.Series(["other words stand here", "release 4 of it failed"])
    theirs = pl.Series(["release 5 of it failed", None, "release 4 of it failed"])
    shift = compare_slots(ours, theirs, np.array([1, 0, 1, 1]), np.array([2, 0, 1, 0]))
    assert shift.tolist() == [0.0, 0.0, 0.0, NUMBERS_DIFFER]


titles = st.lists(st.sampled_from(["cart", "total", "is", "7", "12", "٣", "x1", "(2)"]), max_size=7).map(
    " ".join
)


@given(titles, titles)
def test_both_directions_agree_and_nothing_becomes_likelier(left: str, right: str) -> None:
    assert compare(left, right) == compare(right, left)
    assert compare(left, right) in SHIFTS
