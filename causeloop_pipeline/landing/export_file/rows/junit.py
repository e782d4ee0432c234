"""Rows of JUnit's XML, which test runners of every language write: a row for each test."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from causeloop_pipeline.connectors.formats.named_errors import ERROR_NAME
from causeloop_pipeline.landing.export_file.rows.file_row import MAX_DOCUMENT_BYTES, FileContentError, FileRow

SUITES = frozenset({"testsuites", "testsuite"})
FAILED = ("failure", "error")
SKIPPED = ("skipped", "disabled")
NOT_RUN = frozenset({"skipped", "notrun", "disabled"})
MAX_BODY, MAX_SUITES = 20_000, 50
NAMED_ERROR = re.compile(ERROR_NAME)
NAME_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z][a-z0-9]*")
RUNNERS = (
    r"all|behave|checkov|cypress|default|e2e|eslint|flake8|jasmine|jest|junit|karma|mocha|mypy|nose2|php|playwright|"
    r"py|pylint|pytest|reports?|results?|robot|root|ruff|specs?|suites?|surefire|tests?|unit|vitest"
)
"""The words of suites that only name the runner, such as `Root Suite`, `pytest tests` and `AllTests`."""


def read_junit(content: BinaryIO) -> Iterator[FileRow]:
    """A row for each test; that it passed is not a failure, but the end of one."""
    from defusedxml.ElementTree import iterparse

    suites: list[Element] = []
    number = 0
    for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
        tag = strip_namespace(element.tag)
        if tag in SUITES:
            suites = [*suites, element] if event == "start" else suites[:-1]
            if len(suites) > MAX_SUITES:
                raise FileContentError(f"its suites are nested deeper than {MAX_SUITES} levels")
        elif tag == "testcase" and event == "end":
            number += 1
            yield _read_test(number, element, suites)
        if event == "end" and tag in {"testcase", "testsuite"}:
            element.clear()
        if content.tell() > MAX_DOCUMENT_BYTES:
            raise FileContentError(f"it is larger than {MAX_DOCUMENT_BYTES:,} bytes: split it")


def _read_test(number: int, test: Element, suites: list[Element]) -> FileRow:
    outcome = {strip_namespace(child.tag): child for child in reversed(list(test))}
    failed = next((outcome[name] for name in FAILED if name in outcome), None)
    name, group = test.get("name") or "a test", test.get("classname") or ""
    of_suites = [suite.get("name") or "" for suite in suites]
    record: dict[str, Any] = {
        "id": ".".join(part for part in (*of_suites[-1:], group, name) if part),
        "title": name,
        "status": "resolved",
        "service": next((suite for suite in of_suites if not is_of_runner(suite)), group),
        "component": group,
        "file": test.get("file"),
        "updated_at": _find_time(suites),
    }
    no_failure = ""
    if failed is not None:
        record |= _describe_failure(name, failed)
    elif any(name in outcome for name in SKIPPED) or test.get("status") in NOT_RUN:
        no_failure = "a test that was skipped"
        del record["status"]
    else:
        no_failure = "a test that passed"
    filled = {key: value for key, value in record.items() if value}
    return FileRow(number, filled, is_of_condition=True, no_failure=no_failure)


def is_of_runner(suite: str) -> bool:
    """Whether a suite's name says what ran it, and not of what."""
    return all(re.fullmatch(RUNNERS, word, re.IGNORECASE) for word in NAME_WORD.findall(suite))


def _describe_failure(name: str, failed: Element) -> Mapping[str, Any]:
    text = (failed.text or "").strip()
    message = (failed.get("message") or text.partition("\n")[0]).strip().partition("\n")[0]
    of_runner = failed.get("type") or ""
    of_runner = "" if of_runner.lower() in FAILED else of_runner  # as Ansible writes it: no class
    named = NAMED_ERROR.search(f"{of_runner} {message}") or _find_last(text)
    return {
        "title": f"{name}: {message}" if message else f"{name} failed",
        "body": text[:MAX_BODY] or message,
        "error_type": of_runner if named is None or NAMED_ERROR.fullmatch(of_runner) else named[1],
        "status": "failed",
    }


def _find_last(text: str) -> re.Match[str] | None:
    return next(reversed(list(NAMED_ERROR.finditer(text[-MAX_BODY:]))), None)


def _find_time(suites: list[Element]) -> str | None:
    return next((suite.get("timestamp") for suite in reversed(suites) if suite.get("timestamp")), None)


def strip_namespace(tag: Any) -> str:
    """The name of a tag."""
    return str(tag).rpartition("}")[2]
