"""One file is read alike by every channel: the rows of a table, and what each of them becomes."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.issues import build_issues
from causeloop_pipeline.landing.export_file.reader import IssueFileError, read_issue_file
from causeloop_pipeline.landing.export_file.records import ImportedFile, build_record
from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.formats import find_format, read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, TableReading, study
from causeloop_pipeline.landing.record_meaning import read_meaning
from causeloop_pipeline.model.raw_record import NORMALIZED_CONDITION, RawRecord
from tests.landing.export_file.workbooks import Cell, write_workbook

README = Path(__file__).parents[3] / "README.md"
FILE = ImportedFile("file", UUID(int=1))


def read(content: bytes, name: str = "x.csv", **choices: Any) -> tuple[TableReading, list[ReadRow]]:
    kind = find_format(name)
    assert kind
    reading = study(read_rows(io.BytesIO(content), name, kind), ReadingChoices(**choices))
    return reading, RowReader(reading).read(list(read_rows(io.BytesIO(content), name, kind)))


def payloads(rows: list[ReadRow]) -> list[dict[str, Any]]:
    return [row.payload for row in rows if row.payload is not None]


def sample() -> str:
    return README.read_text().split("<!-- sample -->\n```\n")[1].split("```")[0]


def describe(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Issues as `analyze` has them, in the words of a connector's."""
    names = ("external_id", "title", "severity", "status", "service", "source_created_at", "resolved_at")
    return [{name: row[name] for name in names if row[name] is not None} for row in frame.to_dicts()]


def mean(row: ReadRow) -> dict[str, Any]:
    """The issue of a row, as mappings and words make it."""
    assert row.payload is not None
    record = build_record("drop_folder", FILE, row.number, row.kind, row.payload, "poll")
    assert isinstance(record, RawRecord)
    fields = read_meaning(CONNECTORS["drop_folder"], record, {}).fields
    names = ("external_id", "title", "severity", "status", "service", "source_created_at", "resolved_at")
    return {name: fields[name] for name in names if fields.get(name) is not None}


TABLES = {
    "readme.csv": sample(),
    "jira.csv": "Key;Summary;Created;Priority;Status;Resolved\n"
    "A-1;Disk full;29/Nov/26 6:14 PM;Highest;Done;30/Nov/26 1:00 AM\n",
    "redmine.csv": "#,Tracker,Status,Priority,Subject,Created\n"
    "7,Bug,In Progress,Urgent,Deadlock,11/29/2026 06:14 PM\n8,Bug,New,Normal,Slow,11/03/2026 09:00 AM\n",
    "german.tsv": "Ticketnummer\tTitel\tErstellt am\tPriorität\tStatus\n"
    "1\tAusfall\t13.03.2026 10:00\t1 - Kritisch\tOffen\n",
    "lines.csv": 'id,message,created_at\n1,"copy failed: no folder\nis it there?",2026-03-01 10:00:00\n',
    "trace.csv": 'id,message,created_at\n1,"Traceback (most recent call last):\n  File ""a.py"", line 1\n'
    'KeyError: 3",2026-03-01 10:00:00\n',
    "epoch.csv": "id,title,created_at,closed_at\n1,Timeout,1773482700,1773489900\n",
    "excel.csv": "id,title,created_at\n1,Timeout,46095.42013888889\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_read_by_a_connector_as_by_analyze(tmp_path, name):
    content = TABLES[name].encode()
    (tmp_path / name).write_bytes(content)
    file = read_issue_file(tmp_path / name)
    columns = recognize_columns(file.table.columns, {}, file.empty_columns())
    issues = build_issues(file.table, columns, timezone="UTC", numbers=file.numbers).issues
    assert [mean(row) for row in read(content, name)[1]] == describe(issues)


def test_the_readmes_own_file_keeps_its_dates_descriptions_and_words():
    _, rows = read(sample().encode())
    assert mean(rows[0]) == {
        "external_id": "T-1",
        "title": "Payment timeout after 30s calling card-gateway-7",
        "severity": "p2",
        "status": "resolved",
        "service": "checkout",
        "source_created_at": datetime(2026, 9, 1, 9, 10, tzinfo=UTC),
    }


def test_day_and_month_are_distinguished_by_the_whole_file():
    lines = [f"{number},x,0{number % 9 + 1}/02/2026,\n" for number in range(2_000)]
    content = "id,title,created,resolved\n" + "".join(lines) + "x,y,25/02/2026,\n"
    reading, rows = read(content.encode())
    assert reading.formats["source_created_at"] == "%d/%m/%Y"
    assert payloads(rows)[0]["source_created_at"].startswith("2026-02-01")
    # What one column shows holds for the other.
    reading, _ = read(b"id,title,created,resolved\n1,x,01/02/2026,25/02/2026\n")
    assert (reading.formats["source_created_at"], reading.ambiguous) == ("%d/%m/%Y", ())


def test_what_is_ambiguous_is_reported_and_may_be_chosen():
    content = b"id,title,created\n1,x,01/02/2026\n"
    assert read(content)[0].ambiguous == ("source_created_at",)
    reading, rows = read(content, dates="month first")
    assert reading.ambiguous == ()
    assert payloads(rows)[0]["source_created_at"].startswith("2026-01-02")


def test_a_composite_key_names_its_columns():
    header = b"filename,line_number,test_id,issue_text,issue_severity\n"
    content = header + b"a.py,1,B1,Weak hash,HIGH\na.py,2,B1,Weak hash,LOW\n"
    for key in ("filename, line_number, test_id", "{filename}:{line_number}:{test_id}"):
        assert [row["external_id"] for row in payloads(read(content, key=key)[1])] == [
            "a.py:1:B1",
            "a.py:2:B1",
        ]
    _, rows = read(content, key="filename,nothing")
    assert rows[0].reason == "it holds no id at 'nothing'"


def test_rows_without_an_id_have_one_that_stays_when_their_state_changes():
    before = read(b"title,created,status\nDisk full,2026-01-01,open\nDisk full,2026-01-01,open\n")[1]
    after = read(
        b"title,created,status\nDisk full,2026-01-01,done\nDisk full,2026-01-01,open\nNew,2026-02-01,open\n"
    )[1]
    ids = [row["external_id"] for row in payloads(after)]
    assert [row["external_id"] for row in payloads(before)] == ids[:2]
    assert len(set(ids)) == 3


def test_a_row_that_cannot_be_read_names_its_row_column_and_value():
    _, rows = read(b"id,title,created\n1,x,2026-01-01\n2,y,soon\n3,,2026-01-02\n4,z,\n5,w,1850-01-01\n")
    assert [(row.number, row.column, row.reason) for row in rows if row.reason] == [
        (3, "created", "is not a date that could be read as ISO 8601 ('soon')"),
        (4, "title", "holds no title"),
        (5, "created", "holds no date"),
        (6, "created", "lies before 1990 ('1850-01-01')"),
    ]


def test_a_file_without_a_title_says_what_it_has_and_what_to_do():
    reading, _ = read(b"a,b\n1,2\n", columns={"title": "subject"})
    assert reading.problem == (
        "no column holds a title (there is no column 'subject', which is chosen for title); it has a, b: "
        "say under Fields which does, as title \u2192 column"
    )


def test_records_are_found_in_a_document_however_deep():
    document = {
        "errors": [],
        "data": {"page": 1, "result": {"items": [{"id": n, "name": "x"} for n in (1, 2)]}},
    }
    for text in (json.dumps(document), json.dumps(document, indent=2)):
        _, rows = read(text.encode(), "x.json")
        assert [row["external_id"] for row in payloads(rows)] == ["1", "2"]


def test_lines_above_a_header_and_a_stated_separator_are_not_rows():
    _, rows = read(b"Report of November\n\nid,title,created\n1,x,2026-01-01\n2,y,2026-01-02\n")
    assert [row["title"] for row in payloads(rows)] == ["x", "y"]
    _, rows = read(b"sep=;\nid;title\n1;a, b\n")
    assert payloads(rows)[0]["title"] == "a, b"


def test_a_workbook_keeps_dates_and_numbers(tmp_path):
    rows: list[list[Cell]] = [["Number", "Subject", "Created"], [17, "Disk full", datetime(2026, 3, 1, 12)]]
    content = write_workbook(tmp_path / "x.xlsx", {"Export": rows}).read_bytes()
    _, read_back = read(content, "x.xlsx", timezone="Europe/Berlin")
    assert payloads(read_back)[0] == {
        "title": "Disk full",
        "external_id": "17",
        "source_created_at": "2026-03-01T11:00:00+00:00",
    }


JUNIT = b"""<?xml version="1.0"?><testsuites><testsuite name="shop" timestamp="2026-11-29T18:15:42Z">
<testcase classname="test_shop" name="test_db">
<failure message="ConnectionError: db-7:5432 refused">trace</failure></testcase>
<testcase classname="test_shop" name="test_ok"/>
<testcase classname="test_shop" name="test_later"><skipped/></testcase></testsuite></testsuites>"""


def test_a_junit_report_tells_of_tests_that_fail_pass_or_are_skipped(tmp_path):
    _, rows = read(JUNIT, "junit.xml")
    failed, passed, skipped = rows
    assert failed.kind == passed.kind == NORMALIZED_CONDITION
    assert failed.payload is not None
    assert failed.payload["title"] == "test_db: ConnectionError: db-7:5432 refused"
    assert failed.payload["error_type"] == "ConnectionError"
    assert failed.payload["service"] == "shop"
    assert failed.payload["external_id"] == "shop.test_shop.test_db"
    assert passed.payload is not None
    assert passed.payload["status"] == "resolved"
    assert skipped.no_failure == "a test that was skipped"
    (tmp_path / "junit.xml").write_bytes(JUNIT)
    file = read_issue_file(tmp_path / "junit.xml")
    assert file.table.height == 1
    assert dict(file.no_failures) == {"a test that passed": 1, "a test that was skipped": 1}


@pytest.mark.parametrize("suite", ["pytest tests", "AllTests", "Root Suite", "PHPUnit", "vitest", ""])
def test_a_suite_that_only_names_the_runner_is_not_a_service(suite):
    content = f'<testsuite name="{suite}"><testcase classname="shop.PayTest" name="t"/></testsuite>'
    (row,) = read_rows(io.BytesIO(content.encode()), "x.xml", "junit")
    assert row.record is not None
    assert row.record["service"] == "shop.PayTest"


@pytest.mark.parametrize(
    ("declaration", "body"),
    [
        ("<!ENTITY a 'x'><!ENTITY b '&a;&a;'>", "&b;"),
        ("<!ENTITY a SYSTEM 'file:///etc/passwd'>", "&a;"),
    ],
)
def test_xml_that_declares_entities_is_refused(tmp_path, declaration, body):
    content = f"<!DOCTYPE t [{declaration}]><testsuite><testcase name='x'>{body}</testcase></testsuite>"
    rows = list(read_rows(io.BytesIO(content.encode()), "x.xml", "junit"))
    assert [row.record for row in rows] == [None]
    assert "entities or a document type" in rows[0].reason


def test_xml_of_another_kind_is_named():
    rows = list(read_rows(io.BytesIO(b"<html><p/></html>"), "x.xml", "junit"))
    assert "in <html> nothing looks like a list of failures" in rows[0].reason


def test_sarif_tells_of_results_their_rules_places_and_ends():
    result = {
        "ruleId": "B602",
        "level": "error",
        "message": {"text": "shell=True"},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": "bad.py"}, "region": {"startLine": 2}}}
        ],
    }
    log = {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "bandit", "rules": [{"id": "B602", "helpUri": "https://x.example"}]}
                },
                "results": [
                    result,
                    {**result, "baselineState": "absent"},
                    {**result, "kind": "notApplicable"},
                ],
            }
        ],
    }
    _, rows = read(json.dumps(log).encode(), "bandit.sarif")
    assert payloads(rows)[0].pop("source_updated_at")  # the report has no time: it is of now
    assert payloads(rows)[0] | {"attributes": None} == {
        "title": "shell=True",
        "severity": "high",
        "status": "open",
        "error_type": "B602",
        "external_url": "https://x.example",
        "external_id": "bandit:B602:bad.py:2",
        "attributes": None,
    }
    assert payloads(rows)[1]["status"] == "resolved"
    assert rows[2].no_failure == "a result of the kind notApplicable"


def test_an_id_that_comes_again_with_another_start_names_what_fails_again():
    reading, rows = read(b"id,title,created\nA,x,2026-01-01\nA,x,2026-01-08\n")
    assert reading.repeats_ids
    assert {row.kind for row in rows} == {NORMALIZED_CONDITION}


def test_a_zip_that_is_not_a_table_is_refused(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(IssueFileError, match="password"):
        read_issue_file(tmp_path / "x.xlsx")
