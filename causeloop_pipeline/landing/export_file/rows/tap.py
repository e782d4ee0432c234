"""Rows of the Test Anything Protocol, which Perl's tests, Bats, pgTAP, Mocha and Node.js write."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from causeloop_pipeline.connectors.formats.named_errors import name_error
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.text_lines import decode, read_lines
from causeloop_pipeline.landing.failure_lines import has_word

RESULT = re.compile(
    r"(?P<indent>\s*)(?P<failed>not )?ok\b(?:\s+(?P<number>\d+))?\s*-?\s*(?P<name>[^#]*?)\s*"
    r"(?:#\s*(?P<directive>(?i:skip|todo))\b.*)?$"
)
VERSION = re.compile(r"TAP version \d+|1\.\.\d+\s*$")
SUBTEST = re.compile(r"(?P<indent>\s*)#\s*Subtest:\s*(?P<name>.+)")
MESSAGE = re.compile(
    r"\s*(?:error|message|failureMessage):\s*(?:\|-|>-|['\"])?(?P<text>[^'\"|>].*?)['\"]?\s*$"
)
KEY = re.compile(r"\s*[a-z_A-Z]+:(?:\s|$)|\s*(?:---|\.\.\.)\s*$|\s*#?\s*$")
MAX_LINES = 200


@dataclass
class _Test:
    number: int
    match: re.Match[str]
    suites: tuple[str, ...]
    lines: list[str] = field(default_factory=list)


def is_tap(lines: list[str]) -> bool:
    """Whether lines are of it: a version or a plan, or numbered results."""
    return any(VERSION.match(line) for line in lines[:1]) or any(
        re.match(r"(?:not )?ok \d+\b", line) for line in lines
    )


def read_tap(content: BinaryIO) -> Iterator[FileRow]:
    """A row for each test; of a test with tests in it, only these."""
    test: _Test | None = None
    suites: list[tuple[int, str]] = []
    for number, line, _ in read_lines(content):
        text = decode(line).rstrip("\r\n")
        if subtest := SUBTEST.match(text):
            depth = len(subtest["indent"])
            suites = [*(suite for suite in suites if suite[0] < depth), (depth, subtest["name"].strip())]
        elif match := RESULT.fullmatch(text):
            if test is not None:
                yield _read_test(test)
            depth = len(match["indent"])
            name = match["name"].strip()
            is_suite = suites and suites[-1] == (depth, name) and test is not None and _is_within(test, depth)
            around = tuple(suite for at, suite in suites if at < depth)
            test = None if is_suite else _Test(number, match, around)
            suites = [suite for suite in suites if suite[0] < depth]
        elif test is not None and len(test.lines) < MAX_LINES:
            test.lines.append(text)
    if test is not None:
        yield _read_test(test)


def _is_within(test: _Test, depth: int) -> bool:
    """Whether a test was one of what ends at a lesser depth."""
    return len(test.match["indent"]) > depth


def _read_test(test: _Test) -> FileRow:
    name = test.match["name"].strip() or f"test {test.match['number'] or test.number}"
    record: dict[str, Any] = {"id": ".".join((*test.suites, name)), "title": name, "status": "resolved"}
    if test.suites:
        record["service"] = test.suites[-1]
    if test.match["directive"]:
        del record["status"]
        return FileRow(test.number, record, is_of_condition=True, no_failure="a test that was skipped")
    if not test.match["failed"]:
        return FileRow(test.number, record, is_of_condition=True, no_failure="a test that passed")
    body = "\n".join(test.lines).strip()
    line = _find_message(test.lines)
    record |= {"title": f"{name}: {line}" if line else f"{name} failed", "status": "failed"}
    record |= {key: value for key, value in (("body", body), ("error_type", name_error(line, body))) if value}
    return FileRow(test.number, record, is_of_condition=True)


def _find_message(lines: list[str]) -> str:
    """What the diagnosis says: its message, or its first line that is one."""
    named = next((match["text"] for line in lines if (match := MESSAGE.match(line))), "")
    plain = (re.sub(r"^\s*#?\s*", "", line).strip() for line in lines if not KEY.match(line))
    return named.strip() or next((line for line in plain if has_word(line)), "")
