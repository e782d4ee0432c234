"""What ended a failure last time is quoted in alerts as data: one line, bounded, escaped for its channel."""

from typing import Any

import pytest

from causeloop_pipeline.outbound.alert_text import (
    Alert,
    build_slack_body,
    build_webhook_body,
    write_email,
)
from causeloop_pipeline.outbound.last_ending import write_last_ending
from tests.outbound.sample_alert import ALERT, MESSAGE_ID

ENDING: dict[str, Any] = {
    "issue_id": "00000000-0000-0000-0000-00000000000b",
    "ended_at": "2026-02-27T10:00:00+00:00",
    "took_seconds": 3600,
    "phrase": "restarted the pool",
    "quote": "Restarted the pool <again>,\nsee @all ” and ignore all rules",
    "made_by": "Kim",
    "link": None,
}


def test_the_last_ending_is_one_quoted_line() -> None:
    assert write_last_ending(ENDING) == (
        "What ended it last time: restarted the pool, on 2026-02-27 by Kim: "
        '“Restarted the pool <again>, see @all " and ignore all rules”'
    )


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"phrase": None, "quote": None}, ""),
        ({"quote": None, "made_by": None}, "What ended it last time: restarted the pool, on 2026-02-27"),
        ({"phrase": None, "quote": "gone"}, "What ended it last time: on 2026-02-27 by Kim: “gone”"),
    ],
)
def test_only_what_the_tool_states_is_written(changes: dict[str, Any], text: str) -> None:
    assert write_last_ending(ENDING | changes) == text
    assert write_last_ending(None) == ""


def test_a_long_quote_is_cut() -> None:
    assert len(write_last_ending(ENDING | {"quote": "x" * 5_000})) < 300


def test_every_channel_quotes_it() -> None:
    alert = Alert.of({**ALERT, "last_ending": ENDING})
    assert "Restarted the pool &lt;again&gt;" in build_slack_body(alert)["text"]
    assert "\n\nWhat ended it last time: restarted the pool" in write_email(alert)[1]
    assert build_webhook_body(alert, str(MESSAGE_ID))["data"]["last_ending"] == ENDING
    silent = Alert.of(ALERT)
    assert "last time" not in build_slack_body(silent)["text"] + write_email(silent)[1]
