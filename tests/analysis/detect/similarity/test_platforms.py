"""Titles that name different platforms count against one another; a title that names none against nobody."""

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.similarity.platforms import compare_platforms


def differ(first: str | None, second: str | None) -> float:
    titles = pl.Series([first, second], dtype=pl.String)
    return float(compare_platforms(titles, titles, np.array([0]), np.array([1]))[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("android list flickers", "ios list flickers"),
        ("list flickers on an iphone", "list flickers on windows"),
        ("runtime crash on arm", "runtime crash on 386"),
        ("ios8 list flickers", "list flickers on android 4"),
        ("list flickers on os x", "list flickers on plan 9"),
        ("login form is empty in firefox", "login form is empty in safari"),
    ],
)
def test_titles_that_name_other_platforms_differ(first: str, second: str) -> None:
    assert differ(first, second) == differ(second, first) == 1.0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("android list flickers", "list flickers"),
        ("ios list flickers", "list flickers on the ipad"),
        ("crash on linux and windows", "crash on windows"),
        ("crash on linux", "crash on arm"),
        ("", None),
    ],
)
def test_titles_without_a_platform_or_with_a_common_one_do_not(first: str | None, second: str | None) -> None:
    assert differ(first, second) == differ(second, first) == 0.0
