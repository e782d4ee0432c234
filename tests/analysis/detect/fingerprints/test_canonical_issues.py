"""Issues of any shape become one table: all columns, oldest first, no empty dimensions."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import IssueTableError, canonical_issues
from causeloop_pipeline.model.frames import ISSUE_SCHEMA
from tests.support.failure_texts import human_issues


def test_absent_columns_are_added_as_null() -> None:
    table = canonical_issues(pl.DataFrame({"issue_id": ["a"], "title": ["Disk full"]}))
    assert table.schema == ISSUE_SCHEMA
    assert table["service"].to_list() == [None]


def test_empty_and_blank_dimensions_become_null() -> None:
    table = canonical_issues(pl.DataFrame({"issue_id": ["a", "b"], "service": ["", "  "], "team": ["x", ""]}))
    assert table["service"].to_list() == [None, None]
    assert table["team"].to_list() == ["x", None]


def test_times_without_a_zone_are_utc() -> None:
    table = canonical_issues(
        pl.DataFrame({"issue_id": ["a"], "source_created_at": [datetime(2024, 3, 4, 9, 0)]})
    )
    assert table["source_created_at"].to_list() == [datetime(2024, 3, 4, 9, 0, tzinfo=UTC)]


def test_issues_without_a_time_come_last() -> None:
    times = [None, datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 3, 4, tzinfo=UTC)]
    table = canonical_issues(pl.DataFrame({"issue_id": ["a", "b", "c"], "source_created_at": times}))
    assert table["issue_id"].to_list() == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("issues", "message"),
    [
        (pl.DataFrame({"title": ["x"]}), "no column issue_id"),
        (pl.DataFrame({"issue_id": ["a", "a"]}), "'a' is missing or repeated"),
        (pl.DataFrame({"issue_id": ["a", None]}), "None is missing or repeated"),
    ],
)
def test_issues_without_an_id_of_their_own_are_refused(issues: pl.DataFrame, message: str) -> None:
    with pytest.raises(IssueTableError, match=message):
        canonical_issues(issues)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000))
def test_row_order_does_not_matter_and_a_second_time_changes_nothing(seed: int) -> None:
    issues = human_issues().with_columns(source_created_at=pl.lit(datetime(2024, 3, 4, tzinfo=UTC)))
    table = canonical_issues(issues.sample(fraction=1.0, shuffle=True, seed=seed))
    assert table.equals(canonical_issues(issues))
    assert canonical_issues(table).equals(table)
