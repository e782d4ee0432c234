"""A card keeps within what Slack takes, whatever tools and people have written."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.outbound.comment_text import Recurrence
from causeloop_pipeline.outbound.slack.card import CardFacts, build_card, build_merged, build_resurfacing
from causeloop_pipeline.outbound.slack.texts import escape
from tests.support.fake_slack import MENTION
from tests.support.injections import INJECTIONS
from tests.support.slack_blocks import find_problems, list_markup

URL = "https://causeloop.example/#/patterns/1"
NOW = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)
HOSTILE = ("<!channel>", "<@U1> *x*", "&lt;!here&gt;", "<https://x|y>", "|>")
TEXTS = st.text(max_size=4_000) | st.sampled_from(HOSTILE)


def make_facts(text: str, **further: Any) -> CardFacts:
    recurrence = Recurrence(4, None, None, None, None, None, None, 0.8, 7, URL)
    ending = {"ended_at": "2026-11-23", "phrase": text, "quote": text, "made_by": text}
    names = {"name": text, "service": text, "latest_title": text, "owner": text, "ending": ending}
    values = {"recurrence": recurrence, "latest_issue_id": "5" * 36, **names, **further}
    return CardFacts(
        pattern_id="4" * 36, severity="p2", status="active", occurrences=1_234, last_at=NOW, **values
    )


@given(TEXTS)
def test_no_text_of_others_is_markup_or_too_long(text: str) -> None:
    facts = make_facts(text)
    for message in (build_card(facts), build_resurfacing(facts, ["It is worse."]), build_merged(text, URL)):
        assert find_problems(message["blocks"]) == []
        assert len(message["text"]) <= 3_100
        assert not any(MENTION.search(markup) for markup in list_markup(message))


def test_no_hostile_title_notifies_anybody() -> None:
    for text in (*HOSTILE, *INJECTIONS):
        facts = make_facts(text)
        for message in (build_card(facts), build_resurfacing(facts, ["It is worse."])):
            assert not any(MENTION.search(markup) for markup in list_markup(message)), text


def test_a_card_tells_of_the_fix_and_of_what_is_expected() -> None:
    fixed = Recurrence(4, None, NOW.replace(month=3), Verdict.FAILED, None, None, NOW.date(), 0.8, 7, URL)
    text = build_card(make_facts("Payment timeout", recurrence=fixed))["text"]

    assert text == (
        "Payment timeout: Occurred 1,234 times, last on 30 November 2026 at 09:12. "
        "The fix of 30 March 2026 did not hold. It is next expected on Monday, 30 November 2026."
    )


def test_a_fix_that_nothing_came_back_after_is_waited_for() -> None:
    fixed = Recurrence(4, None, NOW.replace(hour=10), None, None, None, None, None, 7, URL)
    text = build_card(make_facts("P", recurrence=fixed))["text"]

    assert "A fix was claimed on 30 November 2026; whether it helped is not provable yet." in text


def test_a_single_issue_has_no_buttons_of_sameness() -> None:
    actions = build_card(make_facts("P", latest_issue_id=None))["blocks"][-1]["elements"]

    assert [element["action_id"] for element in actions] == [
        "causeloop_fixed",
        "causeloop_snooze",
        "causeloop_open",
    ]


def test_markup_is_escaped() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
