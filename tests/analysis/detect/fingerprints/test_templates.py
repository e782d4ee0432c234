"""Messages that one statement wrote become one template; messages that tell states apart never do."""

from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.templates import (
    TemplateCatalog,
    join_words,
    merge_templates,
    split_message,
)


def test_a_name_after_a_naming_word_is_a_slot() -> None:
    merged = merge_templates(["session opened for user alice", "session opened for user bob"])
    assert set(merged.values()) == {f"session opened for user {WILDCARD}"}


def test_states_never_share_a_template() -> None:
    for pair in (
        ("service unit Started", "service unit Stopped"),
        ("link eth is UP", "link eth is DOWN"),
        ("cache enabled = true", "cache enabled = false"),
    ):
        assert len(set(merge_templates(pair).values())) == 2


def test_many_values_of_one_word_make_a_slot() -> None:
    names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"]
    assert len(set(merge_templates(f"the {name} shard was moved" for name in names).values())) == 1


def test_two_messages_with_little_in_common_do_not_merge() -> None:
    assert len(set(merge_templates(["open failed", "close failed"]).values())) == 2


def test_a_value_after_an_equals_sign_is_a_word_of_its_own() -> None:
    assert split_message("rhost=here user=root") == ("rhost=", "here ", "user=", "root")


@settings(deadline=None)
@given(st.text(max_size=80).map(str.strip))
def test_splitting_and_joining_a_message_loses_nothing_but_leading_space(text: str) -> None:
    assert join_words(split_message(text)) == text.lstrip()


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a b c", "a b d", "user x in", "user y in", f"user {WILDCARD} in"]), max_size=8)
)
def test_the_order_of_messages_does_not_matter(messages: list[str]) -> None:
    assert merge_templates(messages) == merge_templates(reversed(messages))


def test_a_catalog_gives_a_new_message_the_template_that_it_fits() -> None:
    template = f"session opened for user {WILDCARD}"
    catalog = TemplateCatalog({}, {template: template})
    assert catalog.resolve(["session opened for user carol"]) == {"session opened for user carol": template}
    assert catalog.resolve(["session closed for user carol"])["session closed for user carol"] != template


def test_a_catalog_does_not_fill_a_slot_with_a_state() -> None:
    template = f"the primary node {WILDCARD}"
    assert TemplateCatalog({}, {template: template}).resolve(["the primary node Stopped"]) == {
        "the primary node Stopped": "the primary node Stopped"
    }
