"""Exports as people have them: titles above the header, sheets, zones in names, wishes, zips, tags."""

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from causeloop_pipeline.landing.export_file.column_zones import split_zone
from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.issues import build_issues
from causeloop_pipeline.landing.export_file.reader import read_issue_file
from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import find_format, read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, TableReading, study
from tests.landing.export_file.workbooks import Cell, write_workbook

NOW = datetime(2026, 10, 1, tzinfo=UTC)
HEADER: list[Cell] = ["Nr.", "Anlage", "Störung", "Beginn", "Ende", "Ursache"]
FAILURE: list[Cell] = [
    *(1, "Presse 4", "Druck zu niedrig", datetime(2026, 9, 1, 6), datetime(2026, 9, 1, 7)),
    "Dichtung verschlissen",
]


def read_file(name: str, content: bytes) -> list[FileRow]:
    file_format = find_format(name)
    assert file_format is not None
    return list(read_rows(io.BytesIO(content), name, file_format))


def read(name: str, content: str | bytes) -> tuple[TableReading, list[ReadRow]]:
    rows = read_file(name, content if isinstance(content, bytes) else content.encode())
    reading = study(rows, ReadingChoices(), NOW)
    return reading, RowReader(reading, NOW).read(rows)


def read_one(name: str, content: str | bytes) -> dict[str, Any]:
    (row,) = read(name, content)[1]
    assert row.payload is not None, row.reason or row.no_failure
    return row.payload


def test_titles_above_the_header_of_a_sheet_are_passed_over(tmp_path: Path) -> None:
    above: list[list[Cell]] = [["Störungsliste Werk Nord"], ["Stand: 20.09.2026"], []]
    path = write_workbook(tmp_path / "x.xlsx", {"Liste": [*above, HEADER, FAILURE]})

    reading, (row,) = read("x.xlsx", path.read_bytes())

    assert reading.columns["title"] == "Störung"
    assert row.number == 5
    assert row.payload is not None
    assert row.payload["service"] == "Presse 4"
    assert row.payload["source_created_at"] == "2026-09-01T06:00:00+00:00"
    assert read_issue_file(path).table.columns == HEADER


def test_the_sheet_that_lists_failures_is_read_and_the_others_are_counted(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "Cover": [["Report"], ["made by Ann"]],
        "January": [HEADER, FAILURE],
        "February": [HEADER, [2, *FAILURE[1:]]],
    }
    path = write_workbook(tmp_path / "x.xlsx", sheets)

    rows = read_file("x.xlsx", path.read_bytes())

    assert [row.record and row.record.get("Nr.") for row in rows] == [None, 1, 2]
    assert rows[0].no_failure == "a row of the sheet 'Cover', which has other columns"


@pytest.mark.parametrize(
    ("column", "name", "zone"),
    [
        ("Created At (Europe/Vienna)", "Created At", "Europe/Vienna"),
        ("Opened [UTC+2]", "Opened", "Etc/GMT-2"),
        ("Start (CEST)", "Start", "Etc/GMT-2"),
        ("Start (UTC)", "Start", "UTC"),
        ("Duration (min)", "Duration (min)", None),
        ("Owner (IT)", "Owner (IT)", None),
    ],
)
def test_a_column_may_name_its_time_zone(column: str, name: str, zone: str | None) -> None:
    assert split_zone(column) == (name, zone)


def test_dates_are_in_the_zone_that_their_column_names(tmp_path: Path) -> None:
    content = "Title,Created At (Europe/Vienna),Resolved At (UTC)\nx,2026-09-01 08:15,2026-09-01 07:15\n"
    path = tmp_path / "x.csv"
    path.write_text(content)

    reading, (row,) = read("x.csv", content)
    exported = read_issue_file(path)
    recognized = recognize_columns(exported.table.columns, {})
    issues = build_issues(
        exported.table, recognized, timezone="America/New_York", numbers=exported.numbers
    ).issues

    assert row.payload is not None
    assert row.payload["source_created_at"] == "2026-09-01T06:15:00+00:00"
    assert row.payload["resolved_at"] == "2026-09-01T07:15:00+00:00"
    assert "in the time zone Europe/Vienna" in " ".join(reading.notes)
    assert issues["source_created_at"].item() == datetime(2026, 9, 1, 6, 15, tzinfo=UTC)


def test_a_duration_that_is_called_like_an_end_is_none() -> None:
    document = [{"id": "a", "title": "Disk full", "createdAt": "2026-09-01T08:00:00Z", "closeTime": 60503}]

    reading, (row,) = read("x.json", json.dumps(document))

    assert row.payload is not None
    assert "resolved_at" not in row.payload
    assert "column 'closeTime' holds no dates and is not used" in reading.notes


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"Issue Type": "Story"}, "a wish: Story"),
        ({"type": "Feature request"}, "a wish: Feature request"),
        ({"tracker": {"name": "Feature"}}, "a wish: Feature"),
        ({"labels": [{"name": "enhancement"}]}, "a wish: enhancement"),
        ({"number": 7, "pull_request": {"url": "https://git.example/7"}}, "a pull request"),
        ({"labels": [{"name": "enhancement"}, {"name": "bug"}]}, ""),
        ({"Issue Type": "Bug"}, ""),
        ({"type": "incident"}, ""),
    ],
)
def test_what_asks_for_something_new_is_no_failure(entry: dict[str, Any], reason: str) -> None:
    (row,) = read_file("x.json", json.dumps([{"title": "Upload", **entry}]).encode())

    assert row.no_failure == reason


def test_the_cause_is_the_text_where_no_other_is_and_stays_beside_it() -> None:
    payload = read_one("x.csv", "title;Root cause\nDisk full;Logs were never rotated\n")
    described = read_one(
        "x.csv", "title;description;Root cause\nDisk full;No space;Logs were never rotated\n"
    )

    assert payload["body"] == "Logs were never rotated"
    assert payload["attributes"] == described["attributes"] == {"Root cause": "Logs were never rotated"}
    assert described["body"] == "No space"


@pytest.mark.parametrize("tags", ["service:checkout,env:prod", ["service:checkout", "env:prod", "team:pay"]])
def test_tags_tell_service_and_environment_where_no_column_does(tags: Any) -> None:
    payload = read_one("x.json", json.dumps([{"title": "Slow", "tags": tags}]))

    assert (payload["service"], payload["environment"]) == ("checkout", "prod")


def test_a_column_goes_before_tags() -> None:
    document = [{"title": "Slow", "service": "orders", "priority": "P1", "tags": "service:checkout,low"}]

    payload = read_one("x.json", json.dumps(document))

    assert (payload["service"], payload["severity"]) == ("orders", "P1")


def test_the_worse_of_a_linters_numbers_is_the_worse_severity() -> None:
    messages = [
        {"ruleId": "eqeqeq", "severity": 2, "message": "a"},
        {"ruleId": "x", "severity": 1, "message": "b"},
    ]

    rows = read_file("x.json", json.dumps([{"filePath": "a.js", "messages": messages}]).encode())

    assert [row.record and row.record["severity"] for row in rows] == ["error", "warning"]


def test_the_id_of_a_part_is_not_that_of_the_record() -> None:
    document = [
        {"text": text, "level": "high", "cwe": {"id": 78}, "at": {"line": 3, "path": "a.py"}} for text in "ab"
    ]

    reading, rows = read("x.json", json.dumps(document))

    assert "id" not in reading.columns
    assert "service" not in reading.columns
    assert len({row.payload["external_id"] for row in rows if row.payload}) == len(document)


def write_zip(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def test_the_one_file_in_a_zip_is_read() -> None:
    files = {"export/tickets.csv": "title,id\nDisk full,7\n", "__MACOSX/export/._tickets.csv": "x"}

    assert read_one("x.zip", write_zip(files))["external_id"] == "7"


def test_all_reports_of_tests_in_a_zip_are_read() -> None:
    report = "<testsuite name='{0}'><testcase name='pays'><failure message='no {0}'/></testcase></testsuite>"

    rows = read_file("x.zip", write_zip({f"{name}.xml": report.format(name) for name in ("a", "b")}))

    assert [(row.number, row.record and row.record["title"]) for row in rows] == [
        (1, "pays: no a"),
        (2, "pays: no b"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (write_zip({"a.csv": "title\nx\n", "b.json": "[]"}), "give a.csv, b.json one by one"),
        (write_zip({"a.pdf": "x"}), "no file that can be read"),
        (b"PK\x03\x04broken", "cannot be read as a zip"),
    ],
)
def test_a_zip_that_is_not_read_says_why(content: bytes, reason: str) -> None:
    (row,) = read_file("x.zip", content)

    assert reason in row.reason


@pytest.mark.parametrize(
    ("second", "lost"),
    [
        ("7,Disk full,2026-09-01", 0),
        ("7,Network down,2026-09-01", 1),
        ("7,Network down,2026-09-02", 0),
        ("8,Network down,2026-09-01", 0),
    ],
)
def test_rows_that_would_replace_each_other_are_named(second: str, lost: int) -> None:
    reading, _ = read("x.csv", f"id,title,created_at\n7,Disk full,2026-09-01\n{second}\n")

    assert len([note for note in reading.notes if "repeat the id in 'id' with another title" in note]) == lost
