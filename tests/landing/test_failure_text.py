"""A failure is read from whatever somebody pastes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.failure_text import MAX_CHARACTERS, read_failure
from causeloop_pipeline.model.issue import TITLE_LIMIT

ALERT = {
    "receiver": "team",
    "alerts": [
        {
            "labels": {"alertname": "HighLatency", "service": "checkout", "severity": "critical"},
            "annotations": {"summary": "p99 of checkout is 4 s", "description": "for ten minutes"},
        }
    ],
}
TRACE = (
    'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    g()\nValueError: no such order 12\n'
)


@pytest.mark.parametrize(
    "line",
    [
        "2026-09-29 10:11:12,345 ERROR Payment timeout after 30s",
        "2026-09-29T10:11:12.3Z [main] ERROR com.acme.Pay - Payment timeout after 30s",
        "[2026-09-29 10:11:12] WARN Payment timeout after 30s",
        "ERROR: Payment timeout after 30s",
        "Sep 29 10:11:12 host-1 payd[311]: Payment timeout after 30s",
    ],
)
def test_a_log_line_is_read_without_its_time_and_level_too(line: str) -> None:
    assert "Payment timeout after 30s" in read_failure(line).titles


def test_of_a_trace_the_raised_error_is_the_title_and_all_of_it_the_body() -> None:
    read = read_failure(TRACE)

    assert read.titles[0] == "ValueError: no such order 12"
    assert read.body == TRACE.strip()


def test_an_alerts_body_is_read_by_the_usual_names() -> None:
    read = read_failure(json.dumps(ALERT))

    assert read.titles[0] == "p99 of checkout is 4 s"
    assert read.body == "for ten minutes"
    assert read.fields["service"] == "checkout"


def test_colours_of_a_terminal_are_no_part_of_what_failed() -> None:
    assert read_failure("\x1b[1;31mcannot bind\x1b[0m port 80").titles == ("cannot bind port 80",)


def test_words_are_their_own_title() -> None:
    read = read_failure("The export stops half way\nwhen a customer has no address")

    assert read.titles == ("The export stops half way",)
    assert read.body == "when a customer has no address"


@pytest.mark.parametrize("text", ["", "   ", "...", "\n\n—"])
def test_a_text_without_a_word_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no word"):
        read_failure(text)


@given(st.text(max_size=400))
def test_any_text_with_a_word_has_a_title_within_bounds(text: str) -> None:
    try:
        read = read_failure(text)
    except ValueError:
        return
    assert all(0 < len(title) <= TITLE_LIMIT for title in read.titles)
    assert read.titles


def test_a_hostile_text_is_read_in_time() -> None:
    read = read_failure("a [" + "[" * MAX_CHARACTERS)

    assert len(read.titles[0]) <= TITLE_LIMIT
