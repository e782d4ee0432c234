"""Messages as logging libraries write them, an object a line: program, error and trace are read of each."""

import json
from typing import Any

import pytest

from tests.landing.export_file.test_exports_of_people import read_file, read_one

MESSAGE = {"msg": "charge failed"}
TRACE = "Traceback (most recent call last):\n  File pay.py\nKeyError: 'amount'"


@pytest.mark.parametrize(
    ("record", "service", "error_type"),
    [
        (
            {"event": "charge failed", "level": "error", "timestamp": "2026-09-01", "exception": TRACE},
            *(None, "KeyError"),
        ),
        (
            {"level": 50, "time": 1788253200000, "pid": 1, "hostname": "w1", "name": "pay"} | MESSAGE,
            *("pay", None),
        ),
        (
            {
                "text": f"2026-09-01 | ERROR | {TRACE}",
                "record": {
                    "level": {"name": "ERROR", "no": 40},
                    "message": "charge failed",
                    "line": 7,
                    "process": {"id": 9},
                    "exception": {"type": "KeyError"},
                    "time": {"timestamp": 1788253200.5},
                },
            },
            *(None, "KeyError"),
        ),
    ],
)  # fmt: skip
def test_logging_libraries_say_program_and_error_in_their_ways(
    record: dict[str, Any], service: str | None, error_type: str | None
) -> None:
    payload = read_one("x.jsonl", json.dumps(record))

    assert payload["title"] == "charge failed"
    assert (payload.get("service"), payload.get("error_type")) == (service, error_type)
    assert payload["external_id"].startswith("row-")


def test_an_error_whose_parts_structlog_gives_one_by_one_is_named_with_its_trace() -> None:
    raised = {
        "exc_type": "TimeoutError",
        "exc_value": "no answer in 30 s",
        "frames": [{"filename": "pay.py", "lineno": 5, "name": "pay", "locals": {"key": "secret"}}],
    }
    line = {"event": "payment_failed", "level": "error", "timestamp": "2026-09-01T09:00:00Z"}
    payload = read_one("x.jsonl", json.dumps({**line, "exception": [raised]}))

    assert (payload["title"], payload["error_type"]) == ("payment_failed", "TimeoutError")
    assert payload["body"] == (
        'Traceback (most recent call last):\n  File "pay.py", line 5, in pay\nTimeoutError: no answer in 30 s'
    )


def test_a_quiet_message_of_loguru_is_no_failure() -> None:
    record = {"level": {"name": "INFO"}, "message": "started", "time": {"timestamp": 1788253200.5}}

    (row,) = read_file("x.jsonl", json.dumps({"text": "started", "record": record}).encode())

    assert row.no_failure == "a log entry of the level info"


@pytest.mark.parametrize(("status", "title"), [(502, "GET /pay answered 502"), (200, None)])
def test_a_request_that_a_server_answered_with_an_error_is_named_by_it(
    status: int, title: str | None
) -> None:
    request = {"method": "GET", "uri": "/pay?id=4"}
    level = "error" if title else "info"
    handled = {"level": level, "ts": 1788253200.5, "msg": "handled request", "status": status}

    (row,) = read_file("x.jsonl", json.dumps({**handled, "request": request}).encode())

    assert row.record is not None
    assert (row.record["msg"] if not row.no_failure else None) == title
