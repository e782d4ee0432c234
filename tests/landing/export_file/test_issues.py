from datetime import UTC, datetime

import polars as pl
import pytest

from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.issues import BadRowsError, build_issues
from causeloop_pipeline.model.frames import ISSUE_SCHEMA

ROWS = {
    "id": ["A-1", "A-2"],
    "title": ["disk full", "login fails"],
    "created_at": ["2026-03-01", "2026-03-02"],
    "priority": ["High", "sparkling"],
    "status": ["Done", "weird"],
    "team": ["ops", ""],
}


def read(rows, **options):
    table = pl.DataFrame(rows)
    options.setdefault("numbers", range(1, table.height + 1))
    return build_issues(table, recognize_columns(table.columns, {}), timezone="UTC", **options)


def test_rows_become_issues_of_the_product():
    read_table = read(ROWS)
    assert read_table.issues.schema == ISSUE_SCHEMA
    assert read_table.issues["issue_id"].to_list() == ["A-1", "A-2"]
    assert read_table.issues["severity"].to_list() == ["p2", "p3"]
    assert read_table.issues["status"].to_list() == ["resolved", "open"]
    assert read_table.issues["team"].to_list() == ["ops", None]
    assert read_table.issues["source_created_at"][0] == datetime(2026, 3, 1, tzinfo=UTC)
    assert any("'sparkling'" in note for note in read_table.notes)
    assert any("'weird'" in note for note in read_table.notes)


def test_without_an_id_the_row_number_of_the_file_is_the_id():
    rows = {name: values for name, values in ROWS.items() if name != "id"}
    assert read(rows, numbers=[2, 3]).issues["issue_id"].to_list() == ["row-2", "row-3"]


def test_a_resolution_date_resolves_an_issue_whose_status_says_open():
    read_table = read({"title": ["x"], "status": ["open"], "resolved_at": ["2026-03-02"]})
    assert read_table.issues["status"].to_list() == ["resolved"]


def test_a_column_that_only_has_the_name_of_a_date_is_not_used_and_a_note_says_so():
    read_table = read({"title": ["x", "y"], "status": ["open", "open"], "closed": ["true", "false"]})
    assert read_table.issues["resolved_at"].null_count() == 2
    assert read_table.notes == ("column 'closed' holds no dates and is not used",)


def test_an_unreadable_date_is_refused_with_its_row_column_and_value():
    with pytest.raises(BadRowsError, match=r"row 3, column 'created_at': is not a date .*'soon'"):
        read({**ROWS, "created_at": ["2026-03-01", "soon"]}, numbers=[2, 3])


def test_a_blank_title_is_refused_with_its_row():
    with pytest.raises(BadRowsError, match="row 1, column 'title': holds no title"):
        read({**ROWS, "title": ["  ", "x"]})


def test_bad_rows_can_be_left_out_and_are_counted():
    read_table = read({**ROWS, "created_at": ["2026-03-01", "soon"]}, max_bad_rows=1.0)
    assert read_table.issues["issue_id"].to_list() == ["A-1"]
    assert len(read_table.bad_rows) == 1


def test_more_bad_rows_than_the_share_are_refused_with_the_share_that_would_do():
    rows = {**ROWS, "created_at": ["2026-03-01", "soon"]}
    with pytest.raises(BadRowsError, match=r"1 of 2 rows .*(?s:.)*--max-bad-rows 0\.5"):
        read(rows, max_bad_rows=0.49)
    assert read(rows, max_bad_rows=0.5).issues.height == 1


def test_leaving_out_every_row_is_refused():
    with pytest.raises(BadRowsError, match="no row is left"):
        read({**ROWS, "created_at": ["never", "soon"]}, max_bad_rows=1.0)


def test_a_repeated_id_keeps_its_newest_row():
    read_table = read({**ROWS, "id": ["A-1", "A-1"], "updated_at": ["2026-03-05", "2026-03-04"]})
    assert read_table.issues["title"].to_list() == ["disk full"]
    assert any("repeat the id" in note for note in read_table.notes)


def test_a_table_without_title_and_date_says_so():
    read_table = read({"service": ["a", "b"]})
    assert not read_table.has_titles
    assert not read_table.has_dates
    assert read_table.issues["source_created_at"].null_count() == 2


def test_a_title_is_cut_at_the_product_s_limit():
    assert len(read({"title": ["x" * 400]}).issues["title"][0]) == 300


@pytest.mark.parametrize(
    ("value", "reason"), [("0001-01-01T00:00:00Z", "lies before 1990"), ("9999-12-31", "two years ahead")]
)
def test_an_impossible_date_is_refused_with_its_row_column_and_value(value, reason):
    with pytest.raises(BadRowsError, match=reason) as refused:
        read({**ROWS, "created_at": ["2026-03-01", value]})
    assert value in str(refused.value)
