"""Rows of logs, test runs and jobs that tell of no failure: what was logged below an error, what passed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from causeloop_pipeline.landing.export_file.column_names import USUAL_NAMES
from causeloop_pipeline.landing.export_file.columns import normalize_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.kubernetes_events import is_event, read_event
from causeloop_pipeline.landing.export_file.rows.levels import BELOW_ERROR, QUIET, correct_level, name_level
from causeloop_pipeline.landing.export_file.rows.run_rows import read_run
from causeloop_pipeline.landing.export_file.rows.wishes import explain_wish
from causeloop_pipeline.model.run_states import PLAIN_SUCCESSES, WELL

LEVELS = (
    *("level", "log_level", "loglevel", "levelname", "level_name", "lvl", "severity_text", "error_severity"),
    *("severity", "priority"),
)
MESSAGES = frozenset(
    {"message", "msg", "log", "event", "body", "short_message", "text", "text_payload", "event_id"}
)
TIMES = frozenset(
    {
        "timestamp",
        "time",
        "ts",
        "asctime",
        "date_and_time",
        "datetime",
        "realtime_timestamp",
        "log_time",
        "t",
        "date_time",
    }
    | {"time_created", "time_unix_nano", "event_time"}
)
SIGNS = frozenset(
    {
        "log_name",
        "insert_id",
        "syslog_identifier",
        "cursor",
        "short_message",
        "facility",
        "syslogtag",
        "logger",
        "logger_name",
        "levelno",
    }
    | {"log_logger", "process_thread_name", "thread_name", "text_payload", "severity_number"}
)
"""Names in rows of logs beside which `severity` and `priority` are levels."""
NOT_OF_LOGS = frozenset({"id", "status", "state", "title", "key", "number"})
"""What a ticket or an alert has that may have a level, a text and a time as well."""
STATUS, STATUSES_OF_HTTP = "status", range(100, 600)
"""What a request was answered with is no status of a ticket."""
OUTCOMES = (
    "status",
    "state",
    "outcome",
    "result",
    "conclusion",
    "test_status",
    "result_status",
    "run_status",
    "status_status",
    "event",
)
PASSED = frozenset({*PLAIN_SUCCESSES, "skip", "not_run", "skipped"})
ENDS = frozenset(USUAL_NAMES["resolved_at"])
NESTED = ("log", "result", "severity", "status")
"""Objects whose values are looked at, too."""


def explain_level(level: str) -> str:
    """Why a log entry of a level tells of no failure; empty where it tells of one."""
    return f"a log entry of the level {level.lower()}" if level.lower() in BELOW_ERROR else ""


def mark_quiet(row: FileRow) -> FileRow:
    """A row that tells of no failure says why; the level of one that does is a word."""
    if row.record is None or row.no_failure or row.is_of_condition:
        return row
    if is_event(row.record):
        return read_event(row, row.record)
    if reason := explain_wish(row.record):
        return replace(row, no_failure=reason)
    run = read_run(row)
    return run if run.job else _judge_words(row, row.record)


def _judge_words(row: FileRow, record: dict[str, Any]) -> FileRow:
    """What the words for level and outcome say of a row."""
    names = {normalize_name(name): name for name in reversed(record)}
    nested = {
        f"{outer}_{normalize_name(inner)}": value
        for outer in NESTED
        if isinstance(values := record.get(names.get(outer, "")), Mapping)
        for inner, value in values.items()
    }
    if level := _find_level(record, names, nested):
        message = next((str(record[names[name]]) for name in MESSAGES if name in names), "")
        return _judge_level(row, record, level[0], correct_level(level[1], message))
    outcomes = [record.get(names.get(name, ""), nested.get(name)) for name in OUTCOMES]
    outcome = next((value.strip().lower() for value in outcomes if isinstance(value, str)), "")
    if outcome in QUIET:  # as logs of hosted tools call their level
        return replace(row, no_failure=explain_level(outcome))
    if outcome in PASSED:
        is_success = outcome in PLAIN_SUCCESSES
        return replace(row, no_failure=f"a run or test with the outcome {outcome}", is_success=is_success)
    # Beside the time of an end these say that an alert is over.
    has_end = any(record[names[name]] not in (None, "") for name in ENDS & names.keys())
    if outcome in WELL and not has_end:
        return replace(row, no_failure=f"in the state {outcome}", is_success=True)
    return row


def _judge_level(row: FileRow, record: dict[str, Any], column: str | None, word: str) -> FileRow:
    if reason := explain_level(word):
        return replace(row, no_failure=reason)
    return row if column is None else replace(row, record={**record, column: word})


def _find_level(
    record: Mapping[str, Any], names: Mapping[str, str], nested: Mapping[str, Any]
) -> tuple[str | None, str] | None:
    """Where a row of a log has its level, None where it is nested, and the word for it."""
    if not (names.keys() & MESSAGES and names.keys() & TIMES):
        return None
    is_log = bool(SIGNS & names.keys())
    status = record.get(STATUS)
    is_of_request = isinstance(status, int) and status in STATUSES_OF_HTTP
    if not is_log and NOT_OF_LOGS & record.keys() - ({STATUS} if is_of_request else set()):
        return None
    for name in LEVELS if is_log else LEVELS[:-2]:
        if name in names and isinstance(value := record[names[name]], str | int):
            return names[name], name_level(record, name, value)
        if isinstance(value := nested.get(name), str | int):
            return None, str(value)
    return None
