"""Lines of logs, and documents whose records list what was found in them."""

import json
from io import BytesIO
from typing import Any

import pytest

from causeloop_pipeline.landing.export_file.columns import recognize_columns
from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, study

TIME = "2026-11-12T10:00:00Z"


def read(name: str, content: str) -> list[ReadRow]:
    rows = list(read_rows(BytesIO(content.encode()), name, name.rpartition(".")[2]))
    return RowReader(study(rows, ReadingChoices())).read(rows)


def read_lines(*records: dict[str, Any]) -> list[ReadRow]:
    return read("app.jsonl", "\n".join(map(json.dumps, records)) + "\n")


@pytest.mark.parametrize(
    ("info", "error"),
    [
        ({"level": 30, "time": 1762900000123, "pid": 1}, {"level": 50, "time": 1762900000123, "pid": 1}),
        ({"level": "INFO", "timestamp": TIME}, {"level": "ERROR", "timestamp": TIME}),
        ({"PRIORITY": "6", "__CURSOR": "a", "time": TIME}, {"PRIORITY": "3", "__CURSOR": "b", "time": TIME}),
    ],
)
def test_a_line_of_a_log_is_a_failure_from_its_level_on(info: dict[str, Any], error: dict[str, Any]) -> None:
    quiet, failed = read_lines({**info, "msg": "started"}, {**error, "msg": "charge failed"})

    assert quiet.no_failure.startswith("a log entry of the level info")
    assert failed.payload is not None
    assert (failed.payload["title"], failed.payload["severity"].lower()) == ("charge failed", "error")


def test_an_exception_in_a_line_says_its_type_and_where_it_was_raised() -> None:
    error = {"type": "TypeError", "message": "x is undefined", "stack": "TypeError: x\n at a.js:1"}
    line = {"level": 50, "time": 1762900000123, "hostname": "web01", "err": error, "msg": "charge failed"}

    (row,) = read_lines(line)

    assert row.payload is not None
    wanted = {"error_type": "TypeError", "service": "web01", "body": error["stack"]}
    assert wanted.items() <= row.payload.items()


def test_a_ticket_of_a_low_level_stays_one() -> None:
    ticket = {"id": 7, "title": "Printer slow", "message": "since Monday", "severity": "info", "time": TIME}

    (row,) = read_lines(ticket)

    assert row.payload is not None


def test_findings_that_are_listed_under_their_file_are_the_records() -> None:
    files = [
        {"filePath": "a.js", "source": "x\ny", "messages": [{"ruleId": "no-eval", "message": "eval is bad"}]},
        {"filePath": "b.js", "messages": []},
        {"filePath": "c.js", "messages": [{"ruleId": "no-undef", "message": "y is not defined"}] * 2},
    ]

    rows = read("lint.json", json.dumps(files))

    payloads = [row.payload for row in rows if row.payload]
    assert [payload["title"] for payload in payloads] == ["eval is bad", *["y is not defined"] * 2]
    assert payloads[0]["attributes"]["component"] == "a.js"


def test_a_record_with_a_title_is_one_whatever_it_lists() -> None:
    incidents = [{"id": 1, "title": "Outage", "comments": [{"message": "looking"}, {"message": "fixed"}]}]

    (row,) = read("incidents.json", json.dumps(incidents))

    assert row.payload is not None
    assert row.payload["title"] == "Outage"


def test_the_line_of_a_file_of_code_is_no_line_of_a_plant() -> None:
    assert recognize_columns(["message", "file", "line"], {}).columns.get("service") is None
    assert recognize_columns(["message", "line"], {}).columns["service"] == "line"


@pytest.mark.parametrize(
    ("of_runner", "error_type"),
    [
        ("testCodeFailure", "AssertionError"),
        ("junit.framework.ComparisonFailure", None),
        ("", "AssertionError"),
    ],
)
def test_the_error_of_a_test_goes_before_a_word_of_its_runner(of_runner: str, error_type: str | None) -> None:
    failed = f'<failure type="{of_runner}" message="402">cause: AssertionError [ERR]: 402</failure>'
    report = f'<testsuite name="pay"><testcase name="charge">{failed}</testcase></testsuite>'

    (row,) = read_rows(BytesIO(report.encode()), "junit.xml", "junit")

    assert row.record is not None
    assert row.record["error_type"] == (error_type or of_runner)


def test_a_finding_of_pylint_is_as_bad_as_its_type_says() -> None:
    finding = {"module": "shop.pay", "path": "shop/pay.py", "line": 3, "message-id": "E0602"}
    findings = [
        {**finding, "type": "error", "symbol": "undefined-variable", "message": "Undefined variable 'y'"},
        {**finding, "type": "convention", "symbol": "invalid-name", "message": "Invalid name"},
    ]

    rows = list(read_rows(BytesIO(json.dumps(findings).encode()), "report.json", "json"))

    assert [row.record and (row.record["severity"], row.record["error_type"]) for row in rows] == [
        ("error", "undefined-variable"),
        ("low", "invalid-name"),
    ]


@pytest.mark.parametrize(
    "place", [{"line": 1, "column": 3}, {"range": {"start": {"line": 1}, "end": {"line": 1}}}]
)
def test_a_linters_rule_is_the_kind_of_its_finding_and_the_file_its_component(place: dict[str, Any]) -> None:
    finding = {
        "file": "a.css",
        "rule": "no-unknown",
        "severity": "error",
        "message": "Unknown value",
        **place,
    }
    (row,) = read("x.json", json.dumps({"findings": [finding]}))

    assert row.payload is not None
    assert (row.payload["error_type"], row.payload["attributes"]["component"]) == ("no-unknown", "a.css")
