"""What recurs in a version from before a fix neither counts against it nor reopens the pattern."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.before_after.versions import (
    VersionOrder,
    compare_versions,
    find_earlier_versions,
    parse_version,
)
from causeloop_pipeline.model.frames import INSTANT
from tests.support.pattern_frames import day

numbers = st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))


def order(version: str | None, fixed_in: str, seen: dict[str, float] | None = None) -> VersionOrder:
    seen_at = {name: day(at) for name, at in (seen or {}).items()}
    return compare_versions(version, fixed_in, seen_at=seen_at, fixed_at=day(100))


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("1.9.0", "1.10.0"),
        ("v1.4", "1.4.1"),
        ("2.0.0-rc.2", "2.0.0-rc.10"),
        ("2.0.0-beta", "2.0.0"),
        ("2.0.0-1", "2.0.0-alpha"),
        ("checkout@1.4.0", "checkout@1.4.1+build.7"),
    ],
)
def test_versions_sort_as_semver_says(smaller: str, larger: str) -> None:
    left, right = parse_version(smaller), parse_version(larger)
    assert left is not None
    assert right is not None
    assert left < right


@given(numbers, numbers)
def test_plain_versions_sort_as_their_numbers(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    first, second = (parse_version(".".join(map(str, version))) for version in (left, right))
    assert first is not None
    assert second is not None
    assert (first < second) == (left < right)


def test_a_build_before_the_fix_is_earlier_and_the_fixed_one_and_later_ones_are_not() -> None:
    assert order("1.3.9", "1.4.0") is VersionOrder.EARLIER
    assert order("1.4.0", "1.4.0") is VersionOrder.LATER
    assert order("1.5.0-rc.1", "1.4.0") is VersionOrder.LATER


def test_an_absurd_number_that_clients_sent_before_the_fix_does_not_win() -> None:
    assert order("999.9.9", "1.4.0", {"999.9.9": 20}) is VersionOrder.EARLIER


def test_hashes_are_ordered_by_date_and_else_unknown() -> None:
    seen = {"abc1234": 20.0, "def5678": 130.0}
    assert order("abc1234", "fff0000", seen) is VersionOrder.EARLIER
    assert order("def5678", "fff0000", seen) is VersionOrder.UNKNOWN
    assert order(None, "1.4.0") is VersionOrder.UNKNOWN


def test_only_what_occurred_since_the_fix_in_an_earlier_version_is_left_out() -> None:
    text = pl.String
    fixes = pl.DataFrame(
        [("r", "p", day(100), "1.4.0"), ("s", "q", day(100), None)],
        schema={"recommendation_id": text, "pattern_id": text, "fixed_at": INSTANT, "fixed_in": text},
        orient="row",
    )
    seen = [
        ("p", 90, "1.3.0"),
        ("p", 110, "1.3.0"),
        ("p", 111, "1.4.0"),
        ("p", 112, None),
        ("p", 113, "nightly"),
        ("q", 114, "1.3.0"),
    ]
    versions = pl.DataFrame(
        [(pattern, day(at), version) for pattern, at, version in seen],
        schema={"pattern_id": text, "occurred_at": INSTANT, "version": text},
        orient="row",
    )
    assert find_earlier_versions(fixes, versions).rows() == [("r", "p", day(110))]
