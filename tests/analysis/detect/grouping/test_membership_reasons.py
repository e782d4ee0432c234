"""Reasons say in plain words why an issue is in its pattern."""

from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.membership_reasons import find_nearest_templates

WORDS = st.sampled_from(["<*>", "<*>,", "<*>:", "card", "pool", "refused", "host=<*>", "after", "…"])


def test_the_difference_of_two_messages_is_given_in_their_words() -> None:
    near = find_nearest_templates(["timeouts to network <*>: <*> of requests", "rates of network <*>, stale"])
    assert near[0] == (1, "the message lacks “rates”, “stale”; has “requests”, “timeouts”, “to” instead")


def test_messages_that_share_no_word_are_not_near() -> None:
    assert find_nearest_templates(["disk full", "login refused"]) == [None, None]


@given(st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=6))
def test_no_internal_wildcard_is_displayed(templates: list[str]) -> None:
    shortfalls = [near[1] for near in find_nearest_templates(templates) if near is not None]
    assert all(text.isprintable() and "\\x" not in text for text in shortfalls)
