"""A plain log is read entry by entry, whatever program wrote it."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.export_file.rows.formats import find_format, read_rows
from causeloop_pipeline.landing.export_file.rows.log_forms import begin_entry, spell_time


def read(text):
    """The rows of a log."""
    return list(read_rows(io.BytesIO(text.encode()), "app.log", "log"))


PYTHON = """2026-09-01 09:00:00,123 ERROR [worker-1] shop.billing - Could not charge order 5: connection reset
Traceback (most recent call last):
  File "/srv/shop/billing.py", line 42, in charge
ConnectionResetError: [Errno 104] Connection reset by peer
2026-09-01 09:00:01,123 INFO [worker-1] shop.web - request done
"""
SPRING = """2026-09-01 09:00:00.123  ERROR 4711 --- [nio-8080-exec-1] a.b.PayController   : Payment failed
java.lang.IllegalStateException: no gateway
"""


def test_what_follows_an_entry_belongs_to_it():
    failure, quiet = read(PYTHON)

    assert failure.record == {
        "created_at": "2026-09-01T09:00:00.123",
        "title": "Could not charge order 5: connection reset",
        "severity": "error",
        "component": "shop.billing",
        "error_type": "ConnectionResetError",
        "body": "\n".join(["Could not charge order 5: connection reset", *PYTHON.splitlines()[1:4]]),
    }
    assert (failure.number, quiet.number) == (1, 5)
    assert quiet.no_failure == "a log entry of the level info"


@pytest.mark.parametrize(
    ("line", "time", "severity", "title"),
    [
        (
            "2026/09/01 09:00:00 [error] 1#1: *3 connect() failed (111: Connection refused), client: 10.0.0",
            *("2026-09-01T09:00:00", "error", "connect() failed (111: Connection refused), client: 10.0.0"),
        ),
        (
            "[2026-09-01 09:00:00,123] web-1/ERROR/locust.user.task: the cart is in a bad state",
            *("2026-09-01T09:00:00.123", "error", "the cart is in a bad state"),
        ),
        (
            "[Tue Sep 01 09:00:00.1 2026] [proxy:error] [pid 12:tid 14] AH00957: attempt to connect failed",
            *("2026-09-01T09:00:00.1", "error", "AH00957: attempt to connect failed"),
        ),
        (
            '10.0.0.7 - - [01/Sep/2026:11:00:00 +0200] "GET /pay?id=4 HTTP/1.1" 502 157 "-" "curl/8.14.1"',
            *("2026-09-01T11:00:00+0200", "error", "GET /pay answered 502"),
        ),
        (
            "2026-09-01  9:00:00 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11",
            *("2026-09-01T09:00:00", "error", "InnoDB: Unable to lock ./ibdata1 error: 11"),
        ),
        (
            "Sep  1 09:00:00 lb haproxy[790]: 127.0.0.1:50994 [01/Sep/2026:09:00:00.652] shop pay/<NOSRV> "
            '0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET /pay?id=4 HTTP/1.1"',
            *("2026-09-01T09:00:00.652", "error", "GET /pay answered 503"),
        ),
        (
            "2026-09-01T09:00:00.123456+00:00 web-1 dispatcher[12]: ERROR queue orders refused",
            *("2026-09-01T09:00:00.123456+00:00", "error", "queue orders refused"),
        ),
        (
            "<27>Sep  1 09:00:00 web-1 dispatcher queue orders refused",
            *("2026-09-01T09:00:00", "error", "queue orders refused"),
        ),
        (
            "15519:M 01 Sep 2026 09:00:00.123 # Background saving failed",
            *("2026-09-01T09:00:00.123", None, "Background saving failed"),
        ),
        (
            'time="2026-09-01T09:00:00Z" level=error msg="failed to pull" error="no such host"',
            *("2026-09-01T09:00:00Z", "error", "failed to pull: no such host"),
        ),
        (
            '2026-09-01T09:00:00.1Z stderr F {"level":"error","msg":"boom"}',
            *("2026-09-01T09:00:00.1+00:00", "error", "boom"),
        ),
        (
            "<11>1 2026-09-01T09:00:00Z host1 shop 123 ID47 - Order failed",
            *("2026-09-01T09:00:00+00:00", "error", "Order failed"),
        ),
        (
            "\x1b[2m2026-09-01T09:00:00.1Z\x1b[0m \x1b[31mERROR\x1b[0m pay::gateway: cannot charge",
            *("2026-09-01T09:00:00.1+00:00", "error", "cannot charge"),
        ),
        (SPRING, "2026-09-01T09:00:00.123", "error", "Payment failed"),
        (
            '2026-09-01 09:00:00.1 UTC [123] ERROR:  relation "x" does not exist',
            *("2026-09-01T09:00:00.1+00:00", "error", 'relation "x" does not exist'),
        ),
        (
            "[2026-09-01 09:00:00,1: ERROR/ForkPoolWorker-1] Task shop.pay raised unexpected: KeyError('x')",
            *("2026-09-01T09:00:00.1", "error", "Task shop.pay raised unexpected: KeyError('x')"),
        ),
        (
            "[2026-09-01 09:00:00] production.ERROR: Undefined variable $x",
            *("2026-09-01T09:00:00", "error", "Undefined variable $x"),
        ),
        (
            "ERROR 2026-09-01 09:00:00,1 django.request Internal Server Error: /pay",
            *("2026-09-01T09:00:00.1", "error", "django.request Internal Server Error: /pay"),
        ),
        (
            "[1788253200] SERVICE ALERT: web1;HTTP;CRITICAL;HARD;3;Socket timeout",
            *("2026-09-01T09:00:00+00:00", None, "SERVICE ALERT: web1;HTTP;CRITICAL;HARD;3;Socket timeout"),
        ),
    ],
)
def test_programs_write_time_level_and_message_in_their_ways(line, time, severity, title):
    (row,) = read(line)

    assert row.no_failure == ""
    assert row.record is not None
    assert (row.record["created_at"], row.record.get("severity"), row.record["title"]) == (
        time,
        severity,
        title,
    )


@pytest.mark.parametrize(
    ("message", "is_failure"),
    [
        ("EXT4-fs error (device sda1): reading directory lblock 0", True),
        ("Out of memory: Killed process 22 (java)", True),
        ("Failed password for invalid user admin from 10.0.0.1", True),
        ("Started Session 4 of user root.", False),
        ("GET /orders 200 OK 12ms", False),
    ],
)
def test_an_entry_without_a_level_is_judged_by_its_words(message, is_failure):
    (row,) = read(f"Sep  1 09:00:00 web1 kernel: [12.3] {message}")

    assert (row.no_failure == "") == is_failure
    assert row.record is not None
    assert (row.record["service"], row.record["host"], row.record["title"]) == ("kernel", "web1", message)


def test_a_quiet_level_in_brackets_goes_before_the_words():
    (row,) = read("2026-09-01  9:00:00 0 [Note] InnoDB: 128 rollback segments failed over to defaults")

    assert row.no_failure == "a log entry of the level notice"


@pytest.mark.parametrize(
    ("line", "spelled"),
    [("Nov 30 10:00:00 a b: c", "2026-11-30T10:00:00"), ("Dec 24 10:00:00 a b: c", "2025-12-24T10:00:00")],
)
def test_a_time_without_a_year_is_the_latest_possible(line, spelled):
    parts = begin_entry(line)

    assert parts is not None
    assert spell_time(parts, datetime(2026, 12, 1, tzinfo=UTC)) == spelled


def test_a_text_without_times_is_not_a_log():
    (row,) = read("first\nsecond\n")

    assert row.record is None
    assert "no log whose lines begin with a time" in row.reason


@pytest.mark.parametrize(
    "name", ["app.log", "app.log.1", "var/log/syslog", "messages.2.gz", "x.log-20260901.gz"]
)
def test_logs_are_recognized_by_their_names(name):
    assert find_format(name) == "log"


@given(st.lists(st.text(max_size=60), max_size=20))
def test_no_text_breaks_the_reader(lines):
    rows = read("\n".join(lines))

    assert all(row.record is not None or row.reason for row in rows)


def test_a_request_that_the_server_answered_as_it_should_is_no_failure():
    line = '10.0.0.7 - ada [01/Sep/2026:09:00:00 +0000] "GET /pay HTTP/1.1" 404 157'

    (row,) = read(line)

    assert row.no_failure == "a log entry of the level info"


def test_a_level_before_a_colon_is_no_program_of_a_host():
    (row,) = read("2026-09-01T09:00:00Z ERROR billing: charge refused\n")

    assert (row.record["severity"], row.record.get("host")) == ("error", None)


@pytest.mark.parametrize(
    ("line", "time", "severity", "title"),
    [
        (
            '2026-09-01 11:00:00.1 CEST [31] ann@shop ERROR:  relation "x" does not exist',
            *("2026-09-01T11:00:00.1+02:00", "error", 'relation "x" does not exist'),
        ),
        (
            "2026-09-01 09:00:00.1 | ERROR    | shop.pay:charge:7 - charge failed for order 7",
            *("2026-09-01T09:00:00.1", "error", "charge failed for order 7"),
        ),
        (
            "2026-09-01T09:00:00.1 [error    ] charge failed",
            *("2026-09-01T09:00:00.1", "error", "charge failed"),
        ),
        (
            "2026-09-01 09:00:00,1 [shop.orders :313 ][ERROR   ][3291] Command failed with return code: 3",
            *("2026-09-01T09:00:00.1", "error", "Command failed with return code: 3"),
        ),
        (
            "[2026-09-01 09:00:00,1] [PID 9] [Thread-2] [shop.Consumer(default)] [CRITICAL] Broker is gone",
            *("2026-09-01T09:00:00.1", "critical", "Broker is gone"),
        ),
        (
            "[2026-09-01 09:00:00,1] ERROR:shop:Worker-1:Unhandled exception in task 7",
            *("2026-09-01T09:00:00.1", "error", "Unhandled exception in task 7"),
        ),
        (
            "2026-09-01 09:00:00,1 jails.actions        [3]: ERROR   Failed to execute ban",
            *("2026-09-01T09:00:00.1", "error", "Failed to execute ban"),
        ),
        (
            "2026-09-01 09:00:00.1+00:00 [error] <0.3.0> Error on AMQP connection: vhost is down",
            *("2026-09-01T09:00:00.1+00:00", "error", "Error on AMQP connection: vhost is down"),
        ),
        (
            "2026-09-01 09:00:00,1 p=9 u=ann n=ansible ERROR| [ERROR]: Task failed",
            *("2026-09-01T09:00:00.1", "error", "Task failed"),
        ),
    ],
)
def test_levels_and_zones_stand_in_many_places(line, time, severity, title):
    (row,) = read(line)

    assert row.record is not None
    assert (row.record["created_at"], row.record["severity"]) == (time, severity)
    assert row.record["title"] == title


def test_what_a_database_says_of_an_error_is_no_error_of_its_own():
    first, second = read(
        "2026-09-01 09:00:00 CET [3] ann@shop ERROR:  canceling statement due to statement timeout\n"
        "2026-09-01 09:00:00 CET [3] ann@shop STATEMENT:  set statement_timeout=100; select pg_sleep(1)\n"
    )

    assert first.no_failure == ""
    assert second.no_failure == "a line that explains the entry before it"


def test_the_error_of_a_trace_below_an_entry_is_its_type():
    (row,) = read(
        "2026-09-01 09:00:00 ERROR Unhandled exception in task 7\n"
        "Traceback (most recent call last):\n"
        "KeyError: 'amount'\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n"
        "shop.errors.PaymentError: no amount\n"
    )

    assert row.record is not None
    assert row.record["error_type"] == "shop.errors.PaymentError"
    assert row.record["title"] == "shop.errors.PaymentError: no amount"
    assert row.record["body"].startswith("Unhandled exception in task 7")
