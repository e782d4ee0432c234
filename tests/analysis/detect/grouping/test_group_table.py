"""A group table answers as if every change had been written into one table."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.group_table import GroupTable

ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=8)


def frame(rows: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"group": pl.Int64, "value": pl.Int64}, orient="row")


@settings(deadline=None)
@given(ROWS, st.lists(ROWS, max_size=4), st.lists(st.integers(0, 6), max_size=4))
def test_changes_replace_all_rows_of_their_groups(
    start: list[tuple[int, int]], changes: list[list[tuple[int, int]]], wanted: list[int]
) -> None:
    table, plain = GroupTable.from_rows(frame(start)), list(start)
    for change in changes:
        table = table.replace_groups(frame(change))
        changed = {group for group, _ in change}
        plain = [row for row in plain if row[0] not in changed] + change
    assert sorted(table.all_rows().rows()) == sorted(plain)
    assert sorted(table.rows_of(wanted).rows()) == sorted(row for row in plain if row[0] in wanted)
