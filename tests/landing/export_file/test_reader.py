import json
from datetime import datetime

import polars as pl
import pytest

from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.issues import build_issues
from causeloop_pipeline.landing.export_file.reader import IssueFileError, read_issue_file
from tests.landing.export_file.workbooks import Cell, write_workbook

ROWS = pl.DataFrame({"title": ["disk full", "ärger; mit, Zeichen"], "team": ["ops", None]})


def write(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet"])
def test_the_same_rows_are_read_from_every_format(tmp_path, name):
    path = tmp_path / name
    {"csv": ROWS.write_csv, "jsonl": ROWS.write_ndjson, "parquet": ROWS.write_parquet}[name[2:]](path)
    assert read_issue_file(path).table.equals(ROWS)


@pytest.mark.parametrize(
    "content",
    [
        "title;team\na;b\n",
        "title\tteam\na\tb\n",
        "\ufefftitle,team\r\na,b\r\n",
        "title,team\na,b\n".encode("utf-16"),
        b'"title","team"\n"a","b"\n\n',
    ],
)
def test_whoever_wrote_the_csv_it_is_read(tmp_path, content):
    assert read_issue_file(write(tmp_path, "x.csv", content)).table.rows() == [("a", "b")]


def test_a_file_in_an_old_windows_encoding_keeps_its_letters(tmp_path):
    path = write(tmp_path, "x.csv", "title\nÜberlauf\n".encode("cp1252"))
    assert read_issue_file(path).table["title"].to_list() == ["Überlauf"]


def test_spaces_before_a_quoted_value_are_none_of_it(tmp_path):
    path = write(tmp_path, "x.csv", 'title, created_at\n"a, b", "2026-03-02"\n')
    assert read_issue_file(path).table.rows() == [("a, b", "2026-03-02")]


def test_columns_of_the_same_name_are_numbered(tmp_path):
    path = write(tmp_path, "x.csv", "title,Labels,Labels,Labels (2)\nx,a,b,c\n")
    assert read_issue_file(path).table.columns == ["title", "Labels", "Labels (2)", "Labels (2) (2)"]


def test_a_value_may_hold_line_breaks(tmp_path):
    path = write(tmp_path, "x.csv", 'title,body\nx,"one\ntwo"\n')
    assert read_issue_file(path).table["body"].to_list() == ["one\ntwo"]


def test_nested_objects_become_columns_named_by_their_path(tmp_path):
    record = {"key": "A-1", "fields": {"summary": "x", "labels": ["a", "b"]}}
    table = read_issue_file(write(tmp_path, "x.jsonl", json.dumps(record))).table
    assert table.row(0, named=True) == {"key": "A-1", "fields.summary": "x", "fields.labels": "a, b"}


def test_a_list_of_objects_is_read_as_their_names(tmp_path):
    record = {"title": "x", "teams": [{"id": "T1", "summary": "SRE"}, {"id": "T2"}]}
    table = read_issue_file(write(tmp_path, "x.json", json.dumps([record]))).table
    assert table["teams"].to_list() == ['SRE, {"id": "T2"}']


def test_one_json_array_is_read_like_json_lines(tmp_path):
    assert read_issue_file(write(tmp_path, "x.json", '[{"title": "a"}, {"title": "b"}]')).table.height == 2


def test_the_records_of_an_api_answer_are_found_in_it(tmp_path):
    answer = json.dumps({"incidents": [{"title": "a"}, {"title": "b"}], "more": False}, indent=2)
    assert read_issue_file(write(tmp_path, "x.json", answer)).table["title"].to_list() == ["a", "b"]


def test_nested_parquet_is_flattened(tmp_path):
    path = tmp_path / "x.parquet"
    pl.DataFrame({"fields": [{"summary": "x"}], "tags": [["a", "b"]]}).write_parquet(path)
    assert read_issue_file(path).table.row(0, named=True) == {"tags": "a, b", "fields.summary": "x"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", "", "is empty"),
        ("x.csv", "title,team\n", "holds no rows"),
        ("x.csv", "title,team\na,b\nc,d,e\n", "row 3: it has 3 values, the header has 2"),
        ("x.csv", 'title\n"never closed\n', "is not CSV"),
        ("x.csv", b"PAR1\0\0\0\0", "holds binary data"),
        ("x.jsonl", '{"a": 1}\n{"a": \n', "row 2: it is not JSON|row 2: the file ends"),
        ("x.jsonl", "[1, 2]", "row 1: it is not an object but a number"),
        ("x.parquet", "title\nx\n", "is not Parquet"),
        ("x.parquet", b"PAR1 but broken", "cannot be read as Parquet"),
        ("x.xlsx", "x", "cannot be read as an Excel workbook"),
        (
            "x.pdf",
            "x",
            "give a file of CSV, TSV, JSON, JSON lines, SARIF, Excel, Parquet, XML or a log, not .pdf",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong_and_where(tmp_path, name, content, message):
    with pytest.raises(IssueFileError, match=message):
        read_issue_file(write(tmp_path, name, content))


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(IssueFileError, match="there is no file"):
        read_issue_file(tmp_path / "none.csv")
    with pytest.raises(IssueFileError, match="is not a file"):
        read_issue_file(tmp_path)


def test_a_workbook_is_read_from_the_first_sheet_with_rows_and_whole_numbers_stay_whole(tmp_path):
    rows: list[list[Cell]] = [
        ["Number", "Short description", "Effort"],
        [17, "disk <full>", 1.5],
        [18, None, 2],
    ]
    file = read_issue_file(write_workbook(tmp_path / "x.xlsx", {"Cover": [], "Export": rows}))
    assert file.format == "Excel"
    assert file.table.rows() == [(17, "disk <full>", 1.5), (18, None, 2.0)]


def test_the_dates_of_a_workbook_are_times_of_the_chosen_zone_and_bad_rows_are_named_as_excel_does(tmp_path):
    rows: list[list[Cell]] = [
        ["title", "created"],
        ["disk full", datetime(2026, 3, 1, 12)],
        ["no date", None],
    ]
    file = read_issue_file(write_workbook(tmp_path / "x.xlsx", {"Export": rows}))
    read = build_issues(
        file.table,
        recognize_columns(file.table.columns, {}, file.empty_columns()),
        timezone="Europe/Berlin",
        numbers=file.numbers,
        max_bad_rows=1.0,
        date_format=None,
    )
    assert read.issues["source_created_at"].dt.strftime("%FT%TZ").to_list() == ["2026-03-01T11:00:00Z"]
    assert [row.row for row in read.bad_rows] == [3]


def test_a_workbook_that_cannot_be_read_says_what_to_do(tmp_path):
    with pytest.raises(IssueFileError, match="password"):
        read_issue_file(write(tmp_path, "x.xlsx", b"PK\x03\x04 no workbook"))
    with pytest.raises(IssueFileError, match="no sheet with a row"):
        read_issue_file(write_workbook(tmp_path / "x.xlsx", {"Export": [["title"]]}))


def test_a_failed_run_says_what_failed_as_in_an_upload(tmp_path):
    content = (
        "job_name,status,started_at,last_error\n"
        "load_orders,failed,2026-09-01 02:00,TimeoutError: orders-db after 30 s\n"
        "load_orders,success,2026-09-02 02:00,\n"
    )
    file = read_issue_file(write(tmp_path, "runs.csv", content))

    assert file.table["title"].to_list() == ["load_orders: TimeoutError: orders-db after 30 s"]
    assert file.table["error_type"].to_list() == ["TimeoutError"]
    assert file.no_failures.total() == 1


def test_wishes_are_left_out_unless_they_are_to_be_read(tmp_path):
    path = write(tmp_path, "x.csv", "title,type\nUpload fails,Bug\nDark mode,New Feature\n")

    failures, everything = (read_issue_file(path, are_wishes_read=wanted).table for wanted in (False, True))

    assert failures["title"].to_list() == ["Upload fails"]
    assert everything["title"].to_list() == ["Upload fails", "Dark mode"]
