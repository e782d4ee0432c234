"""Reports that test runners write as JSON: a test is a condition, whose failure the next report may end."""

import io
import json
from typing import Any

import pytest

from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, study
from causeloop_pipeline.model.raw_record import NORMALIZED_CONDITION

TRACE = "Error: gateway answered 502\n    at run (pay.test.js:2:78)"
BEGAN = "2026-11-30T17:29:42+00:00"
EPOCH = 1796059782000
JEST = {
    "numTotalTests": 2,
    "startTime": EPOCH,
    "testResults": [
        {
            "name": "/home/ci/shop/src/pay.test.js",
            "status": "failed",
            "startTime": EPOCH,
            "message": "● checkout › charges the order",
            "assertionResults": [
                {
                    "ancestorTitles": ["checkout"],
                    "fullName": "checkout charges the order",
                    "title": "charges the order",
                    "status": "failed",
                    "failureMessages": [TRACE],
                    "failureDetails": [{}],
                },
                {
                    "ancestorTitles": ["checkout"],
                    "fullName": "checkout refunds",
                    "title": "refunds",
                    "status": "passed",
                    "failureMessages": [],
                },
            ],
        }
    ],
}
CHARGES = {"title": "charges the order", "fullTitle": "checkout charges the order", "file": "/ci/pay.test.js"}
REFUNDS = {"title": "refunds", "fullTitle": "checkout refunds", "file": "/ci/pay.test.js", "duration": 1}
MOCHA = {
    "stats": {"tests": 2, "start": BEGAN},
    "tests": [
        {**CHARGES, "duration": 1, "err": {"message": "gateway answered 502", "stack": TRACE}},
        {**REFUNDS, "err": {}},
    ],
    "failures": [{**CHARGES, "err": {"message": "gateway answered 502"}}],
    "passes": [REFUNDS],
}
ATTEMPT = {"status": "failed", "error": {"message": "\x1b[31mgateway answered 502\x1b[39m", "stack": TRACE}}
PLAYWRIGHT = {
    "config": {"projects": [{"name": "", "outputDir": "/ci/results"}]},
    "stats": {"startTime": BEGAN},
    "suites": [
        {
            "title": "pay.spec.ts",
            "specs": [],
            "suites": [
                {
                    "title": "checkout",
                    "specs": [
                        {
                            "title": "charges the order",
                            "ok": False,
                            "tests": [{"status": "unexpected", "results": [ATTEMPT, ATTEMPT]}],
                        },
                        {
                            "title": "refunds",
                            "ok": True,
                            "tests": [{"status": "flaky", "results": [ATTEMPT, {"status": "passed"}]}],
                        },
                    ],
                }
            ],
        }
    ],
}
PYTEST = {
    "created": EPOCH / 1000,
    "collectors": [{"nodeid": "test_pay.py", "outcome": "passed", "result": []}],
    "tests": [
        {
            "nodeid": "test_pay.py::charges the order",
            "outcome": "failed",
            "call": {"outcome": "failed", "crash": {"message": "gateway answered 502"}, "longrepr": TRACE},
        },
        {"nodeid": "test_pay.py::refunds", "outcome": "passed", "call": {"outcome": "passed"}},
    ],
}
CUCUMBER = [
    {
        "name": "checkout",
        "uri": "features/pay.feature",
        "elements": [
            {
                "name": "charges the order",
                "start_timestamp": BEGAN,
                "steps": [
                    {"name": "a gateway", "result": {"status": "passed"}},
                    {
                        "name": "charged",
                        "result": {"status": "failed", "error_message": "gateway answered 502"},
                    },
                    {"name": "mailed", "result": {"status": "skipped"}},
                ],
            },
            {
                "name": "refunds",
                "start_timestamp": BEGAN,
                "steps": [{"name": "a gateway", "result": {"status": "passed"}}],
            },
        ],
    }
]
RSPEC = {
    "examples": [
        {
            "description": "charges the order",
            "full_description": "checkout charges the order",
            "status": "failed",
            "file_path": "./spec/pay_spec.rb",
            "exception": {
                "class": "RuntimeError",
                "message": "gateway answered 502",
                "backtrace": ["a.rb:1"],
            },
        },
        {"description": "refunds", "full_description": "checkout refunds", "status": "passed"},
    ],
    "summary_line": "2 examples, 1 failure",
}
CTRF = {
    "results": {
        "tool": {"name": "x"},
        "summary": {"tests": 2, "start": EPOCH},
        "tests": [
            {
                "name": "charges the order",
                "status": "failed",
                "message": "gateway answered 502",
                "trace": TRACE,
            },
            {"name": "refunds", "status": "passed"},
        ],
    }
}
REPORTS = {
    "Jest": JEST,
    "Mocha": MOCHA,
    "Playwright": PLAYWRIGHT,
    "pytest": PYTEST,
    "Cucumber": CUCUMBER,
    "RSpec": RSPEC,
    "CTRF": CTRF,
}


def read(document: Any) -> list[ReadRow]:
    rows = list(read_rows(io.BytesIO(json.dumps(document).encode()), "report.json", "json"))
    return RowReader(study(rows, ReadingChoices())).read(rows)


@pytest.mark.parametrize("document", REPORTS.values(), ids=list(REPORTS))
def test_each_test_is_a_condition_that_failed_with_its_error_or_passed(document: Any) -> None:
    failed, passed = read(document)

    assert failed.payload is not None
    assert passed.payload is not None
    assert failed.kind == passed.kind == NORMALIZED_CONDITION
    assert failed.payload["title"].startswith("charges the order: ")
    assert failed.payload["title"].endswith("gateway answered 502")
    assert failed.payload["status"] == "failed"
    assert (passed.payload["status"], passed.no_failure) == ("resolved", "a test that passed")
    assert failed.payload["external_id"] != passed.payload["external_id"]


@pytest.mark.parametrize("name", ["Jest", "Mocha", "Playwright", "pytest", "Cucumber", "CTRF"])
def test_a_test_is_of_when_the_report_says_that_it_ran(name: str) -> None:
    assert {row.payload["source_updated_at"] for row in read(REPORTS[name]) if row.payload} == {BEGAN}


def test_a_skipped_test_ends_nothing() -> None:
    tests = [{**REFUNDS, "state": "pending"}, {**CHARGES, "state": "passed"}]

    skipped, passed = read({"tests": tests})

    assert (skipped.payload, skipped.no_failure) == (None, "a test that was skipped")
    assert passed.payload is not None


def test_allure_writes_a_file_for_each_test() -> None:
    (row,) = read(
        {
            "name": "charges the order",
            "historyId": "ea7a9ccb",
            "status": "broken",
            "statusDetails": {"message": "KeyError: 'amount'", "trace": "Traceback"},
            "start": EPOCH,
            "labels": [{"name": "suite", "value": "checkout"}],
            "steps": [{"name": "charged", "status": "broken"}],
        }
    )

    assert row.payload is not None
    assert row.payload["title"] == "charges the order: KeyError: 'amount'"
    assert (row.payload["error_type"], row.payload["external_id"]) == ("KeyError", "ea7a9ccb")


def test_the_file_of_a_test_is_the_same_on_each_machine() -> None:
    elsewhere = json.loads(json.dumps(JEST).replace("/home/ci/shop/src", "/builds/42/tmp/shop/src"))

    assert [row.external_id or row.payload["external_id"] for row in read(JEST) if row.payload] == [
        row.external_id or row.payload["external_id"] for row in read(elsewhere) if row.payload
    ]


def test_a_test_that_playwright_skipped_ends_nothing() -> None:
    spec = {"title": "pays", "ok": True, "tests": [{"status": "skipped", "results": [{"status": "skipped"}]}]}

    (row,) = read({"suites": [{"title": "shop", "specs": [spec]}]})

    assert (row.payload, row.no_failure) == (None, "a test that was skipped")


def test_newmans_assertions_are_tests_of_their_requests() -> None:
    error = {"name": "AssertionError", "message": "expected 502 to equal 200", "stack": "AssertionError: 502"}
    assertions = [{"assertion": "is 200", "skipped": False, "error": error}, {"assertion": "is fast"}]
    run = {
        "stats": {"assertions": {"total": 2, "failed": 1}, "tests": {"total": 1}},
        "timings": {"started": 1788253200000},
        "executions": [{"item": {"id": "7", "name": "get orders"}, "assertions": assertions}],
    }

    failed, passed = read({"collection": {"info": {"name": "shop"}}, "run": run})

    assert failed.payload is not None
    assert failed.payload["title"] == "is 200: expected 502 to equal 200"
    assert failed.payload["service"] == "get orders"
    assert failed.payload["source_updated_at"] == "2026-09-01T09:00:00+00:00"
    assert passed.no_failure == "a test that passed"
