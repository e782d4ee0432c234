"""What is typed into a search: tokens become filters of the list, and the rest is searched for."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.dashboard.node import print_json

SCRIPT = Path(__file__).with_name("read_searches.mjs")
OPEN = ["open", "in_loop", "mitigating"]


def read(*searches: str, of: str = "issues") -> list[dict[str, Any]]:
    """What a list reads in each of the texts."""
    rows = print_json(SCRIPT, json.dumps({"list": of, "searches": searches}))["read"]
    return list(rows)


def test_tokens_become_filters_and_the_rest_stays_to_be_searched_for() -> None:
    (row,) = read('service:checkout severity:p1 is:open assignee:me timeout "exact words" -team:ops -retry')

    assert row["problem"] is None
    assert row["filters"] == {
        "assignee": "me",
        "service": "checkout",
        "severity": "p1",
        "status": OPEN,
        "without": "team:ops",
    }
    assert row["words"] == 'timeout "exact words" -retry'
    assert row["again"] == row["filters"]


def test_values_are_quoted_repeated_listed_and_named_by_their_label() -> None:
    quoted, repeated, listed, label, day = read(
        'service:"Shop UK"', "service:a service:b", "severity:p1,p2", 'status:"in loop"', "from:2026-11-30"
    )

    assert quoted["filters"] == {"service": "Shop UK"}
    assert repeated["filters"] == {"service": ["a", "b"]}
    assert listed["filters"] == {"severity": ["p1", "p2"]}
    assert label["filters"] == {"status": "in_loop"}
    assert day["filters"] == {"from": "2026-11-30"}


def test_what_only_looks_like_a_token_is_searched_for() -> None:
    texts = (
        *("TypeError: x is undefined", "https://example.com/a", "12:30", "std::string", "TypeError:x"),
        *("java.lang:x", '"service:checkout"', "C:\\temp", "-word"),
    )

    for text, row in zip(texts, read(*texts), strict=True):
        assert (row["filters"], row["words"], row["problem"]) == ({}, text, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sevrity:p1", "“sevrity:” is not a filter of this list: use is:, severity:, status:, service:"),
        ("severity:p9", "“p9” is not a value of severity: use p1, p2, p3 or p4."),
        ("is:closd", "“closd” is not a value of is: use open, resolved, assigned or unassigned."),
        ("from:yesterday", "use a day such as 2026-11-30."),
        ("-from:2026-11-30", "from: takes one value, and none that is left out."),
    ],
)
def test_a_token_that_is_none_is_refused_with_what_could_be_meant(text: str, reason: str) -> None:
    (row,) = read(f"timeout {text}")

    assert reason in row["problem"]
    assert (row["filters"], row["words"]) == ({}, f"timeout {text}")


def test_states_stand_for_filters_and_can_be_left_out() -> None:
    nobody, somebody, closed, left_out = read("is:unassigned", "is:assigned", "is:resolved", "-is:open")

    assert nobody["filters"] == {"assignee": "none"}
    assert somebody["filters"] == {"without": "assignee:none"}
    assert closed["filters"] == {"status": ["resolved", "closed"]}
    assert left_out["filters"] == {"without": [f"status:{status}" for status in OPEN]}


def test_each_list_takes_its_own_words() -> None:
    for of, text, filters in (
        ("patterns", "min_risk_score:85 is:snoozed", {"min_risk_score": "85", "snoozed": "true"}),
        ("recommendations", "effort:low -owner:@a/b", {"effort": "low", "without": "owner:@a/b"}),
        ("predictions", "impact:high assignee:none", {"impact": "high", "assignee": "none"}),
    ):
        (row,) = read(text, of=of)
        assert (row["filters"], row["problem"]) == (filters, None)


def test_names_and_values_are_offered_while_they_are_typed() -> None:
    names, values, states, phrase, left_out = read("x se", "severity:", "is:o", 'status:"in', "-assignee:")

    assert names["completions"] == ["x severity:", "x service:"]
    assert values["completions"] == [f"severity:p{number} " for number in range(1, 5)]
    assert states["completions"] == ["is:open ", "is:resolved "]
    assert phrase["completions"][0] == "status:in_loop "
    assert left_out["completions"] == ["-assignee:me ", "-assignee:none "]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=40, max_size=40))
def test_no_text_fails_and_none_is_read_as_a_filter_that_it_does_not_name(texts: list[str]) -> None:
    for text, row in zip(texts, read(*(text.replace("\x00", "") for text in texts)), strict=True):
        assert row["problem"] or row["filters"] or row["words"].split() == text.replace("\x00", "").split()
