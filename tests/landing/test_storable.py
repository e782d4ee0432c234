"""Values of files that JSON and PostgreSQL have no form for."""

import math
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.json_guard import GuardError, parse_json
from causeloop_pipeline.landing.storable import TooDeepError, make_storable, make_texts_storable

TEXTS = st.text(st.characters(codec=None), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(2**62, 2**65) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_any_value_becomes_one_that_can_be_stored(value: Any) -> None:
    storable = make_storable(value)

    assert orjson.loads(orjson.dumps(storable)) == storable
    assert b"\\u0000" not in orjson.dumps(storable).replace(rb"\\", b"")


@given(VALUES)
def test_what_can_be_stored_stays_as_it_is(value: Any) -> None:
    storable = make_storable(value)

    assert make_storable(storable) == storable


@pytest.mark.parametrize(
    ("value", "storable"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ({"\udfff": ["\0"]}, {"\ufffd": ["\ufffd"]}),
        (10**30, "1" + "0" * 30),
        (2**63 - 1, 2**63 - 1),
        (math.inf, None),
        (math.nan, None),
        ("größer 😀", "größer 😀"),
    ],
)
def test_it_is_written_otherwise(value: Any, storable: Any) -> None:
    assert make_storable(value) == storable


def test_values_that_stand_too_deep_in_one_another_are_refused() -> None:
    deep: Any = 1
    for _ in range(65):
        deep = [deep]

    with pytest.raises(TooDeepError, match="64 levels"):
        make_storable(deep)
    assert make_storable(deep[0]) == deep[0]


def test_parsed_json_may_stand_as_deep_as_values_of_files() -> None:
    with pytest.raises(GuardError, match="64 levels"):
        parse_json(b"[" * 65 + b"]" * 65)
    assert parse_json(b"[" * 64 + b"]" * 64)


def test_texts_become_storable_and_numbers_stay_as_they_are() -> None:
    assert make_texts_storable({"a\0": [10**30, "\ud800", math.inf]}) == {
        "a\ufffd": [10**30, "\ufffd", math.inf]
    }
