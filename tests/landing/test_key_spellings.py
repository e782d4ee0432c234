"""Keys that something on the way wrote in another case are read as the tool writes them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.key_spellings import respell
from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload
from tests.connectors.case_records import case_records, load_connector
from tests.offenders import assert_no_offenders, compare

TOOLS = ("okta", "pagerduty", "sentry", "new_relic", "microsoft_sentinel", "aws_guardduty", "mongodb_atlas")
KEYS = st.text("abcXYZ_-. 1", min_size=1, max_size=8)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def rename(value: Any, spell: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {spell(key): rename(child, spell) for key, child in value.items()}
    return [rename(entry, spell) for entry in value] if isinstance(value, list) else value


def titles_of(mapped: MappedPayload) -> list[str]:
    return [issue.fields["title"] for issue in mapped.issues]


@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_a_record_in_another_case_is_read_as_the_tools_own(spell):
    def find_problems(tool: str) -> Iterator[str]:
        connector, config = load_connector(tool)
        own = [record.payload for record in case_records(tool) if record.channel == "poll"]
        expected = map_payload(connector, own, config)
        mapped = map_payload(connector, rename(own, spell), config)
        yield from compare(titles_of(expected), titles_of(mapped), "titles")
        yield from compare(len(expected.changes), len(mapped.changes), "changes")

    assert_no_offenders(TOOLS, find_problems)


@given(DOCUMENTS)
def test_no_value_is_lost_or_doubled_by_another_spelling(document):
    assert count_leaves(respell(CONNECTORS["jira"], document)) == count_leaves(document)


@given(DOCUMENTS)
def test_a_document_in_the_tools_spelling_stays_as_it_is(document):
    respelled = respell(CONNECTORS["jira"], document)
    assert respell(CONNECTORS["jira"], respelled) == respelled


def count_leaves(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(count_leaves, value.values() if isinstance(value, dict) else value))
    return 1
