"""Why an issue is where it is, in words for people."""

from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.membership_reasons import nearest_template

WORDS = st.sampled_from(["<*>", "<*>,", "<*>:", "card", "pool", "refused", "host=<*>", "after", "…"])


def test_what_tells_two_messages_apart_is_told_in_their_words() -> None:
    near = nearest_template(["timeouts to network <*>: <*> of requests", "rates of network <*>, stale"])
    assert near[0] == (1, "the message lacks “rates”, “stale”; has “requests”, “timeouts”, “to” instead")


def test_messages_that_share_no_word_are_nothing_to_one_another() -> None:
    assert nearest_template(["disk full", "login refused"]) == [None, None]


@given(st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=6))
def test_no_mark_of_the_inner_workings_reaches_people(templates: list[str]) -> None:
    told = [near[1] for near in nearest_template(templates) if near is not None]
    assert all(text.isprintable() and "\\x" not in text for text in told)
