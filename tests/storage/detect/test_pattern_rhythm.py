"""The usual gap between the days of a pattern."""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.pattern_rhythm import (
    MIN_DAYS_OF_RHYTHM,
    USUAL_SHARE,
    measure_typical_gap,
    update_typical_gaps,
)
from tests.storage.stored import store_pattern

SELECT_QUANTILE = """
select percentile_cont(%s) within group (order by day - earlier) as gap
from (select day, lag(day) over (order by day) as earlier from unnest(%s::integer[]) as day) as days
"""


@pytest.mark.parametrize("days", [[1, 2, 4, 8, 16], [3, 4, 5, 6, 40, 41], [*range(0, 700, 7), 999]])
def test_it_is_the_quantile_that_the_database_would_give(
    database: Database, workspace_id: UUID, days: list[int]
) -> None:
    with database.workspace(workspace_id) as session:
        row = session.row(SELECT_QUANTILE, (USUAL_SHARE, days))
    assert row is not None
    assert measure_typical_gap(days) == row["gap"]


@given(st.sets(st.integers(0, 20_000), min_size=MIN_DAYS_OF_RHYTHM))
def test_it_lies_between_the_shortest_and_the_longest_gap(days: set[int]) -> None:
    ordered = sorted(days)
    gaps = [later - earlier for earlier, later in pairwise(ordered)]
    typical = measure_typical_gap(ordered)
    assert typical is not None
    assert min(gaps) <= typical <= max(gaps)


def test_a_pattern_of_few_days_has_none_and_loses_the_one_it_had(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        name = store_pattern(session, workspace_id)
        assert update_typical_gaps(session, workspace_id, {name: range(5)}) == 1
        assert update_typical_gaps(session, workspace_id, {name: range(5)}) == 0
        assert update_typical_gaps(session, workspace_id, {name: range(4)}) == 1
        row = session.row("select typical_gap_days from detect.pattern where pattern_id = %s", (name,))
    assert row == {"typical_gap_days": None}
