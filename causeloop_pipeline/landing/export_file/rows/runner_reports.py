"""Rows of the reports that test runners write as JSON: a row for each test, as of JUnit's XML.

Jest, Vitest, Mocha, Cypress, Playwright, pytest, RSpec, Cucumber, behave, Allure and CTRF have one form in
common: a list called `tests` or the like, at some depth, whose entries have a name and how they ended.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.formats.named_errors import name_error
from causeloop_pipeline.connectors.mapping.terminal_codes import strip_terminal_codes
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.junit import MAX_BODY, is_of_runner
from causeloop_pipeline.model.run_states import RunState, read_run_state

LISTS_OF_XML = ("test", "test-case", "test-method")
"""Elements of the XML of Robot Framework, xUnit.net, NUnit and TestNG; a single one is no list."""
LISTS = (
    "assertionResults",
    "specs",
    "tests",
    "examples",
    "testCases",
    "testcases",
    "test_cases",
    "elements",
    "scenarios",
    "assertions",
    *LISTS_OF_XML,
)
"""What lists of tests are called; the first that a document has is the one."""
NAMES = ("title", "name", "testName", "description", "nodeid", "full_description", "assertion")
WHOLE_NAMES = ("fullName", "fullTitle", "full_description", "nodeid")
OUTCOMES = ("status", "state", "outcome", "result")
FLAGS = ("ok", "pass", "passed", "success")
GROUPS = ("suites", "testResults", "results", "features", "fixtures", "executions")
GROUPS_OF_XML = ("suite", "test-suite", "class", "assembly", "collection", "test-results", "test")
ITEM = "item"
"""Where Newman has the request that its assertions are about."""
OF_ONE_TEST = frozenset({"historyId", "testCaseId"})
"""What a document of a single test has, as Allure writes them."""
STEPS, ERRORS, INNER = "steps", ("err", "error"), "tests"
MESSAGES = ("failureMessages", "message", "Message", "error_message", "errorMessage", "longrepr")
TRACES = (
    "stack",
    "stack-trace",
    "full-stacktrace",
    "StackTrace",
    "trace",
    "estack",
    "longrepr",
    "traceback",
    "backtrace",
    "failureMessages",
    "error_message",
)
TIMES = ("created", "start", "startTime", "startAt", "start_time", "start_timestamp", "timestamp", "stop")
TIMES_OF_XML = ("started-at", "start-time", "run-date-time", "started")
STATES = {"expected": RunState.SUCCEEDED, "flaky": RunState.SUCCEEDED, "unexpected": RunState.FAILED}
STATES |= {"interrupted": RunState.FAILED, "undefined": RunState.FAILED, "fail": RunState.FAILED}
STATES |= {"error": RunState.FAILED, "inconclusive": RunState.NOT_RUN, "notexecuted": RunState.NOT_RUN}
STATES |= {"todo": RunState.NOT_RUN, "pending": RunState.NOT_RUN, "focused": RunState.NOT_RUN}
WHOLES = ("stats", "summary", "timings", "status")
"""Where reports tell of all their tests."""
MAX_DEPTH, LOOKED_AT = 12, 50
PATH_PARTS = 3
"""As much of a file's path as is the same on each machine."""
MILLISECONDS = 1e11

Record = Mapping[str, Any]


@dataclass(frozen=True)
class FoundTest:
    """A test in a report, with what stands around it from the outside in."""

    record: Record
    around: tuple[Record, ...]


def find_tests(document: Any) -> list[FoundTest]:
    """The tests of a report; none where the document is another one."""
    if isinstance(document, dict) and OF_ONE_TEST & document.keys() and _read_state(document):
        return [FoundTest(document, ())]
    for name in LISTS:
        tests = list(_walk(document, name, ()))
        if tests and all(_read_name(test.record) and _read_state(test.record) for test in tests[:LOOKED_AT]):
            return tests
    return []


def read_tests(tests: Iterable[FoundTest]) -> Iterator[FileRow]:
    """A row for each test; that it passed is not a failure, but the end of one."""
    for number, test in enumerate(tests, 1):
        yield _read_test(number, test)


def _walk(value: Any, name: str, around: tuple[Record, ...]) -> Iterator[FoundTest]:
    if len(around) > MAX_DEPTH:
        return
    if isinstance(value, list):
        for entry in value:
            yield from _walk(entry, name, around)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == name and isinstance(inner, list | dict):
                entries = inner if isinstance(inner, list) else [inner] if name in LISTS_OF_XML else []
                yield from (
                    FoundTest(entry, (*around, value)) for entry in entries if isinstance(entry, dict)
                )
            if key in (*GROUPS, *GROUPS_OF_XML) or (isinstance(inner, dict) and key != name):
                yield from _walk(inner, name, (*around, value))


def _read_name(record: Record) -> str:
    item = record.get(ITEM)
    names = (*(record.get(name) for name in NAMES), item.get("name") if isinstance(item, dict) else None)
    return next((name.strip() for name in names if isinstance(name, str) and name.strip()), "")


def _read_state(record: Record) -> RunState | None:
    """How a test ended: by its word, by a yes or no, by its error, or by what it consists of."""
    for name in OUTCOMES:
        word = record.get(name)
        if isinstance(word, dict):  # as Robot Framework's XML has it
            word = next((word[name] for name in OUTCOMES if isinstance(word.get(name), str)), None)
        if isinstance(word, str):
            return STATES.get(word.lower()) or read_run_state(word)
    parts = record.get(INNER)
    if isinstance(parts, list) and parts and {_read_state(part) for part in parts} == {RunState.NOT_RUN}:
        return RunState.NOT_RUN  # which Playwright calls ok
    for name in FLAGS:
        if isinstance(flag := record.get(name), bool):
            return RunState.SUCCEEDED if flag else RunState.FAILED
    if "assertion" in record and not isinstance(record.get("error"), dict):
        return RunState.NOT_RUN if record.get("skipped") is True else RunState.SUCCEEDED
    for name in ERRORS:
        if isinstance(record.get(name), dict):
            passed = RunState.SUCCEEDED if "duration" in record else RunState.NOT_RUN
            return RunState.FAILED if record[name] else passed
    steps = record.get(STEPS)
    of_steps = [_read_state(_read_result(step)) for step in steps] if isinstance(steps, list) else []
    by_weight = (RunState.FAILED, RunState.NOT_RUN, RunState.SUCCEEDED)
    return next((state for state in by_weight if state in of_steps), None)


def _read_result(step: Any) -> Record:
    result = step.get("result") if isinstance(step, dict) else None
    return result if isinstance(result, dict) else {}


def _read_test(number: int, test: FoundTest) -> FileRow:
    record, state = test.record, _read_state(test.record)
    name = _read_name(record).rpartition("::")[2]
    whole = next((str(record[key]) for key in WHOLE_NAMES if isinstance(record.get(key), str)), name)
    suites = [*map(_read_name, test.around), *_list_texts(record.get("ancestorTitles"))]
    suites = [suite for suite in suites if suite]
    has_file = any("/" in suite or "." in suite for suite in suites)
    groups = suites if has_file else [*_list_texts(record.get("file")), *suites]
    groups = ["/".join(group.split("/")[-PATH_PARTS:]) for group in groups]
    named = [suite.rpartition("/")[2] for suite in suites if not is_of_runner(suite)]
    suite = named[-1] if named else whole.removesuffix(name).strip(" ./:#>")
    row: dict[str, Any] = {
        "id": str(record.get("historyId") or ".".join([*groups, whole])),
        "title": name,
        "status": "resolved",
        "service": suite or name,
        "component": groups[0] if groups else None,
        "updated_at": _find_time((record, *reversed(test.around))),
    }
    no_failure = ""
    if state is RunState.FAILED:
        row |= _describe_failure(name, record)
    elif state is RunState.SUCCEEDED:
        no_failure = "a test that passed"
    else:
        no_failure = "a test that was skipped"
        del row["status"]
    filled = {key: value for key, value in row.items() if value}
    return FileRow(number, filled, is_of_condition=True, no_failure=no_failure)


def _describe_failure(name: str, record: Record) -> dict[str, Any]:
    message, trace = _find_text(record, MESSAGES), _find_text(record, TRACES)
    if isinstance(status := record.get("status"), dict):  # whose text Robot Framework's XML has
        message = message or str(status.get("text") or "")
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    # What a debugger prints of the failing line stands before the error itself.
    line = next((line[2:].strip() for line in lines if line.startswith("E  ")), lines[0] if lines else "")
    body = (trace or message)[-MAX_BODY:]
    return {
        "title": f"{name}: {line}" if line else f"{name} failed",
        "body": (trace or message)[:MAX_BODY],
        "error_type": name_error(line, body),
        "status": "failed",
    }


def _find_text(record: Record, names: Sequence[str]) -> str:
    """The first text of one of these names, the nearest first, without colours."""
    level: list[Any] = [record]
    for _ in range(MAX_DEPTH):
        for name in names:
            for value in level:
                texts = _list_texts(value.get(name)) if isinstance(value, dict) else []
                if texts:
                    return strip_terminal_codes(texts[0]).strip()
        inner = [child for value in level for child in (value.values() if isinstance(value, dict) else value)]
        level = [child for child in inner if isinstance(child, dict | list)]
    return ""


def _list_texts(value: Any) -> list[str]:
    """A text, or the texts of a list, that are not empty."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and text.strip()]


def _find_time(records: Sequence[Record]) -> str | None:
    """When the test ran, else the file, else the whole: as the report says, in ISO 8601."""
    for record in records:
        holders = [record, *(part for name in WHOLES if isinstance(part := record.get(name), dict))]
        for value in (holder.get(name) for holder in holders for name in (*TIMES, *TIMES_OF_XML)):
            if time := _spell_time(value):
                return time
    return None


def _spell_time(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value) else None
    seconds = value / 1000 if value > MILLISECONDS else value
    is_moment = 1e9 < seconds < 1e10
    return datetime.fromtimestamp(seconds, UTC).isoformat() if is_moment else None
