"""A text that is trimmed has something to see in it, and the OpenAPI document says the same."""

import re
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.field_types.texts import Trimmed

MAX_LENGTH = 5
NAME: TypeAdapter[Any] = TypeAdapter(Annotated[str, Trimmed(MAX_LENGTH)])
BLANK = " \t\n\x1c\x1d\x1e\x1f\x85\xa0\u3000\ufeff"


@given(st.text(BLANK, max_size=MAX_LENGTH))
def test_a_text_of_nothing_visible_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(text)


@given(st.text(st.sampled_from(BLANK) | st.characters(exclude_categories=["Cs"]), max_size=MAX_LENGTH))
def test_what_is_taken_is_what_the_document_says(text: str) -> None:
    schema = NAME.json_schema()
    declared = bool(re.search(schema["pattern"], text)) and len(text) >= schema["minLength"]
    try:
        taken = NAME.validate_python(text)
    except ValidationError:
        assert not declared
    else:
        assert declared
        assert taken in text


def test_a_text_is_trimmed_before_it_is_measured() -> None:
    assert NAME.validate_python("  abcde ") == "abcde"
