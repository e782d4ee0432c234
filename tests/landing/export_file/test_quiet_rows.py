"""A row of a log, a test or a job that tells of no failure is counted as that, and says why."""

import pytest

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.quiet_rows import mark_quiet

LOGGED = {"@timestamp": "2026-09-01T10:00:00Z", "message": "GET /health", "service.name": "shop"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (LOGGED | {"log.level": "INFO"}, "a log entry of the level info"),
        (LOGGED | {"log": {"level": "debug"}}, "a log entry of the level debug"),
        (LOGGED | {"level": 30, "pid": 1, "hostname": "a"}, "a log entry of the level info"),
        (
            {"MESSAGE": "x", "PRIORITY": "6", "__REALTIME_TIMESTAMP": "1", "SYSLOG_IDENTIFIER": "cron"},
            "a log entry of the level info",
        ),
        (
            {"Level": "Warning", "Date and Time": "09/01/2026", "Event ID": "1", "text": "retried"},
            "a log entry of the level warning",
        ),
        (
            {"severity": "NOTICE", "textPayload": "x", "timestamp": "t", "logName": "projects/a"},
            "a log entry of the level notice",
        ),
        (
            {"timestamp": "2026-09-01", "error_severity": "LOG", "message": "checkpoint complete", "pid": 7},
            "a log entry of the level log",
        ),
        ({"name": "pays", "outcome": "passed"}, "a run or test with the outcome passed"),
        ({"monitor": "shop", "status": "Up", "checked": "2026-09-01"}, "in the state up"),
        ({"time": "2026-09-01", "rule": "Lag", "state": "Normal", "end_time": ""}, "in the state normal"),
        ({"name": "nightly", "conclusion": "success"}, "a run or test with the outcome success"),
        ({"name": "I pay", "result": {"status": "skipped"}}, "a run or test with the outcome skipped"),
        (
            {"reason": "Pulled", "type": "Normal", "message": "x", "involvedObject": {"name": "a"}},
            "an event of the type Normal",
        ),
    ],
)
def test_what_tells_of_no_failure_says_why(record, reason):
    assert mark_quiet(FileRow(1, record)).no_failure == reason


@pytest.mark.parametrize(
    "record",
    [
        LOGGED | {"log.level": "ERROR"},
        {"title": "Printer is slow", "severity": "info", "created_at": "2026-09-01", "status": "closed"},
        {"title": "Low on toner", "priority": "notice", "time": "10:00", "message": "x"},
        {"title": "Deprecated call", "level": "info", "firstSeen": "2026-09-01", "project": "shop"},
        {"name": "nightly", "state": "failed"},
        {"title": "Disk full", "state": "completed"},
        {"title": "CPU is high", "state": "OK", "start": "2026-09-01 10:00", "end_time": "2026-09-01 11:00"},
    ],
)
def test_failures_of_any_severity_stay(record):
    assert mark_quiet(FileRow(1, record)).no_failure == ""


def test_a_level_that_is_a_number_becomes_its_word():
    journal = {"MESSAGE": "Out of memory", "PRIORITY": "3", "__REALTIME_TIMESTAMP": "1", "_HOSTNAME": "a"}

    row = mark_quiet(FileRow(1, journal | {"SYSLOG_IDENTIFIER": "kernel"}))

    assert row.record is not None
    assert row.record["PRIORITY"] == "error"


@pytest.mark.parametrize(
    ("message", "is_failure"),
    [
        ("nginx.service: Failed with result 'exit-code'.", True),
        ("nginx.service: Failed with result 'success'.", False),
        ("exited: web (exit status 3; not expected)", True),
        ("exited: web (terminated by SIGKILL; not expected)", True),
        ("exited: web (exit status 0; expected)", False),
        ("gave up: web entered FATAL state, too many start retries too quickly", True),
        ("spawnerr: can't find command '/nonexistent'", True),
        ("success: web entered RUNNING state", False),
    ],
)
def test_a_program_that_ended_is_a_failure_at_whatever_level_its_supervisor_logs_that(message, is_failure):
    journal = {"MESSAGE": message, "PRIORITY": "4", "__REALTIME_TIMESTAMP": "1", "_HOSTNAME": "a"}

    row = mark_quiet(FileRow(1, journal | {"SYSLOG_IDENTIFIER": "systemd"}))

    assert (row.no_failure == "") is is_failure
    assert row.record is not None
    assert (row.record["PRIORITY"] == "error") is is_failure


@pytest.mark.parametrize(
    ("kind", "name", "service"),
    [("Pod", "shop-7d9f12cb4-x2b2k", "shop"), ("Pod", "db-0", "db-0"), ("Node", "node-x1b2k", "node-x1b2k")],
)
def test_an_event_of_kubernetes_is_of_its_workload(kind, name, service):
    event = {
        "reason": "BackOff",
        "type": "Warning",
        "message": "Back-off restarting failed container",
        "involvedObject": {"kind": kind, "namespace": "prod", "name": name},
    }

    record = mark_quiet(FileRow(1, event)).record

    assert record is not None
    assert (record["service"], record["error_type"], record["environment"]) == (service, "BackOff", "prod")
