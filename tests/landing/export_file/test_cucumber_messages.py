"""Cucumber's messages are a report of tests: scenarios, and how each ended."""

import io
import json
from typing import Any

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import read_rows

Message = dict[str, Any]

URI = "features/pay.feature"
META = {"meta": {"protocolVersion": "32.2.0", "implementation": {"name": "cucumber-js"}}}
FEATURE = {"gherkinDocument": {"uri": URI, "feature": {"name": "Checkout"}}}


def make_pickle(own: str, name: str) -> dict[str, Any]:
    return {"pickle": {"id": own, "uri": URI, "name": name, "steps": []}}


def make_run(own: str, *results: Message, attempt: int = 0, is_last: bool = True) -> list[Message]:
    """The messages of one attempt at a scenario."""
    case, started = f"case-{own}", f"{own}-{attempt}"
    moment = {"seconds": 1796059782 + attempt, "nanos": 500_000_000}
    steps = [
        {"testStepFinished": {"testCaseStartedId": started, "testStepId": "s", "testStepResult": result}}
        for result in results
    ]
    return [
        {"testCase": {"id": case, "pickleId": own, "testSteps": []}},
        {"testCaseStarted": {"id": started, "testCaseId": case, "timestamp": moment}},
        *steps,
        {"testCaseFinished": {"testCaseStartedId": started, "willBeRetried": not is_last}},
    ]


def read(*messages: dict[str, Any], end: str = "") -> list[FileRow]:
    lines = "".join(f"{json.dumps(message)}\n" for message in (META, FEATURE, *messages)) + end
    return list(read_rows(io.BytesIO(lines.encode()), "messages.ndjson", "jsonl"))


PASSED = {"status": "PASSED"}
FAILED = {
    "status": "FAILED",
    "message": "TypeError: gateway answered 502\n    at pay.js:2:51",
    "exception": {"type": "TypeError", "message": "gateway answered 502"},
}


def test_a_scenario_fails_with_the_worst_of_its_steps_and_a_pass_ends_its_failure() -> None:
    failed, passed = read(
        make_pickle("1", "charges the order"),
        make_pickle("2", "refunds"),
        *make_run("1", PASSED, FAILED, {"status": "SKIPPED"}),
        *make_run("2", PASSED),
    )

    assert failed.record is not None
    assert failed.record["title"] == "charges the order: TypeError: gateway answered 502"
    assert (failed.record["error_type"], failed.record["service"]) == ("TypeError", "Checkout")
    assert failed.record["updated_at"].startswith("2026-11-30T17:29:42.5")
    assert "pay.js:2:51" in failed.record["body"]
    assert failed.is_of_condition
    assert (failed.no_failure, passed.no_failure) == ("", "a test that passed")


def test_steps_that_nobody_has_defined_fail_and_pending_ones_do_not() -> None:
    undefined, pending = read(
        make_pickle("1", "pays"),
        make_pickle("2", "waits"),
        *make_run("1", {"status": "UNDEFINED"}),
        *make_run("2", {"status": "PENDING"}),
    )

    assert undefined.record is not None
    assert undefined.record["title"] == "pays: a step without a definition"
    assert pending.no_failure == "a test that was skipped"


def test_of_a_scenario_that_is_retried_the_last_attempt_counts() -> None:
    (row,) = read(
        make_pickle("1", "pays"),
        *make_run("1", FAILED, is_last=False),
        *make_run("1", PASSED, attempt=1),
    )

    assert row.no_failure == "a test that passed"


def test_scenarios_of_an_outline_differ_by_their_number() -> None:
    rows = read(
        make_pickle("1", "pays"), make_pickle("2", "pays"), *make_run("1", FAILED), *make_run("2", PASSED)
    )

    assert [row.record and row.record["id"] for row in rows] == [
        f"{URI}.Checkout.pays",
        f"{URI}.Checkout.pays (2)",
    ]


def test_a_line_that_is_no_message_is_set_aside_with_a_reason() -> None:
    rows = read(make_pickle("1", "pays"), *make_run("1", FAILED), end='{"testCaseFin')

    assert [row.reason.partition(" (")[0] for row in rows] == ["", "the file ends in the middle of it"]
