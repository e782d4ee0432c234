"""How failures ended is read from what tools store, quoted, and grouped by what was done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE, find_action
from causeloop_pipeline.analysis.act.endings import (
    EndingGroup,
    ReportedEnding,
    find_what_held,
    group_endings,
    write_endings,
)
from causeloop_pipeline.analysis.act.pattern_evidence import Experience
from causeloop_pipeline.analysis.act.stated_endings import MAX_QUOTE, read_stated_ending, tells_of_endings
from tests.support.advising import advise, advise_fully, failing

SERVICENOW = {
    "close_code": "Solved",
    "close_notes": "Restarted the pool on db-2.",
    "closed_by": {"display_value": "x", "name": "Ana Petrovic"},
}
JIRA = {
    "fields": {
        "resolution": {"name": "Done"},
        "assignee": {"displayName": "Ben Okafor"},
        "comment": {
            "comments": [
                {"created": "2026-01-02", "body": {"content": [{"text": "Increased the pool size to 80."}]}},
                {"created": "2026-01-03", "body": {"content": [{"text": "Thanks!"}]}},
                {"created": "2026-01-01", "body": "We should restart it."},
            ]
        },
    }
}
GITHUB = {
    "state_reason": "completed",
    "closed_by": {"login": "ana"},
    "pull_request": {"html_url": "https://github.example/acme/shop/pull/7"},
}


@pytest.mark.parametrize(
    ("payload", "action", "quote", "made_by"),
    [
        (SERVICENOW, "restarted", "Restarted the pool on db-2.", "Ana Petrovic"),
        (JIRA, "raised a limit", "Increased the pool size to 80.", "Ben Okafor"),
        (GITHUB, None, None, "ana"),
        ({"resolve_reason": "Rolled back release 4.2"}, "rolled back", "Rolled back release 4.2", None),
        ({"Resolution notes": "Restarted the pool"}, "restarted", "Restarted the pool", None),
        ({"resolutionNotes": "Reset the pump", "closedBy": "Ana"}, "restarted", "Reset the pump", "Ana"),
        ({"Lösung": "Disk replaced by vendor"}, "replaced", "Disk replaced by vendor", None),
        ({"close_code": "Not reproducible"}, NOTHING_DONE, "Not reproducible", None),
        ({"status": "resolved", "resolution": "fixed"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_tools_say_in_their_own_fields_how_it_ended(
    payload: dict[str, Any], action: str | None, quote: str | None, made_by: str | None
) -> None:
    ending = read_stated_ending(payload, None)
    assert (ending.action, ending.quote, ending.made_by) == (action, quote, made_by)


@pytest.mark.parametrize("column", ["Root cause", "root_cause", "Ursache", "RCA"])
def test_the_cause_is_quoted_where_nothing_says_what_was_done(column: str) -> None:
    cause = read_stated_ending({column: "Certificate of the gateway expired"}, None)
    done = read_stated_ending({column: "Certificate expired", "Maßnahme": "Renewed the certificate"}, None)

    assert (cause.quote, cause.field) == ("Certificate of the gateway expired", column)
    assert (done.action, done.quote) == ("renewed", "Renewed the certificate")
    assert tells_of_endings(column)


def test_the_change_that_fixed_it_is_linked() -> None:
    assert read_stated_ending(GITHUB, None).link == "https://github.example/acme/shop/pull/7"
    script = {"pull_request": {"html_url": "javascript:alert(1)"}}
    assert read_stated_ending(script, None).link is None


def test_the_text_of_the_issue_may_say_it_under_a_heading() -> None:
    ending = read_stated_ending(
        {}, "Checkout was down.\nResolution: rebooted node r04 and drained it.\nImpact: none"
    )
    assert (ending.action, ending.field) == ("cleared", "body")
    assert ending.quote == "rebooted node r04 and drained it."


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("We restarted the worker. Then we rolled back the release.", "rolled back"),
        ("Please restart the worker", None),
        ("We will replace the disk next week.", None),
        ("Replaced the disk in slot 4", "replaced"),
        ("cleared /var/log and old images", "cleared"),
        ("Renewed the certificate", "renewed"),
        ("Provider fixed it", "waited for the provider"),
        ("unlocked the account", "unblocked an account"),
        ("fixed in #4711", "deployed a fix"),
        ("it is odd", None),
    ],
)
def test_what_was_done_counts_and_what_is_planned_does_not(text: str, action: str | None) -> None:
    reported = find_action(text)
    assert (reported.kind if reported else None) == action


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["close_notes", "comments", "body", "resolved_by", "pull_request", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(max_size=9), values, max_size=4), st.one_of(st.none(), st.text(max_size=80)))
def test_any_record_gives_an_ending_or_none(payload: dict[str, Any], body: str | None) -> None:
    ending = read_stated_ending(payload, body)
    assert ending.quote is None or 0 < len(ending.quote) <= MAX_QUOTE


def group(action: str, phrase: str, count: int, low: float, high: float, **more: Any) -> EndingGroup:
    return EndingGroup(action, phrase, count, low, high, more.get("is_holding", False), ["i"])


GROUPS = [
    group("raised a limit", "raised its size", 1, 41, 41, is_holding=True),
    group("restarted", "restarted the pool", 7, 2, 9),
]


def test_endings_are_grouped_by_what_was_done_and_hold_until_the_next_beginning() -> None:
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    returns = {"a": 2, "b": 10, "c": None, "d": 30, "e": None}
    done = {
        "a": ("restarted", "restarted the pool"),
        "b": ("restarted", "restarted it"),
        "c": ("restarted", "restarted the pool"),
        "d": ("raised a limit", "raised its size"),
        "e": (NOTHING_DONE, "by itself"),
    }
    endings = [
        ReportedEnding(
            key,
            first + timedelta(days=place),
            None if days is None else first + timedelta(days=days),
            *done[key],
        )
        for place, (key, days) in enumerate(returns.items())
    ]
    raised, restarted = group_endings(endings, as_of=first + timedelta(days=12))

    assert (raised.held_low, raised.held_high, raised.is_holding) == (27, 27, False)
    assert (restarted.phrase, restarted.count, restarted.is_holding) == ("restarted the pool", 3, True)
    assert (restarted.held_low, restarted.held_high) == (2, 10)
    assert restarted.issue_ids == ["c", "b", "a"]


def test_groups_are_written_with_how_often_and_how_long_they_held() -> None:
    assert write_endings(GROUPS) == (
        "raised its size (once, held 41 days so far), restarted the pool (7 times, held 2 to 9 days)"
    )


def test_only_what_held_clearly_longer_than_usual_held() -> None:
    assert find_what_held(GROUPS, 7.0) is GROUPS[0]
    assert find_what_held(GROUPS, 20.0) is None
    assert find_what_held(GROUPS, None) is None


def test_the_longest_of_many_that_held_is_chance_until_it_held_longer_still() -> None:
    cable = group("replaced", "replaced the cable", 85, 0.1, 10)
    assert find_what_held([cable], 1.0) is None
    assert find_what_held([group("replaced", "replaced the cable", 85, 0.1, 11)], 1.0) is not None
    assert find_what_held([cable, GROUPS[0]], 2.0) is GROUPS[0]


def test_what_was_done_to_many_things_is_named_without_the_number_of_one() -> None:
    first = datetime(2026, 3, 2, 9, tzinfo=UTC)
    phrases = ["power-cycled printer lp-285", "power-cycled printer lp-7", "power-cycled it"]
    endings = [
        ReportedEnding(str(n), first + timedelta(days=n), None, "restarted", phrase)
        for n, phrase in enumerate(phrases)
    ]
    assert group_endings(endings, as_of=first)[0].phrase == "power-cycled printer …"
    assert group_endings(endings[:1], as_of=first)[0].phrase == "power-cycled printer lp-285"


def test_what_ended_it_for_a_while_each_time_is_not_the_advice() -> None:
    experience = Experience({"p": GROUPS[1:]}, {})
    row = advise({"p": failing("p", "read timed out", 12)}, experience=experience).row(0, named=True)
    assert row["rationale"].startswith("What ended it before did not last: restarted the pool (7 times, ")
    assert row["steps"][0].startswith("Look for what lasts: it came back after what ended it before, ")


def test_of_what_nothing_explains_it_is_listed_what_ended_it() -> None:
    experience = Experience({"p": GROUPS[1:]}, {})
    unexplained = advise_fully({"p": failing("p", "Patient fell", 12)}, experience=experience).unexplained
    assert unexplained.endings == [
        "What ended “Patient fell” before: restarted the pool (7 times, held 2 to 9 days)"
    ]


def test_advice_leads_with_what_ended_it_before() -> None:
    experience = Experience({"p": GROUPS}, {})
    row = advise({"p": failing("p", "read timed out", 12)}, experience=experience).row(0, named=True)
    assert row["rationale"].startswith("What ended it before: raised its size (once, held 41 days so far)")
    assert row["steps"][0].startswith("Start with what ended it before: raised its size")


def test_what_held_is_the_advice_where_nothing_else_is_known() -> None:
    experience = Experience({"p": [group("raised a limit", "raised its size", 2, 60, 90)]}, {})
    row = advise({"p": failing("p", "an odd thing", 12)}, experience=experience).row(0, named=True)
    assert row["title"] == "Turn what worked into a lasting fix in ledger: “raised its size”"
