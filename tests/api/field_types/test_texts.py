"""A text that is trimmed has something to see in it, and the OpenAPI document says the same."""

import re
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.field_types.texts import OneLine, Trimmed

MAX_LENGTH = 5
NAME: TypeAdapter[Any] = TypeAdapter(Annotated[str, Trimmed(MAX_LENGTH)])
LINE: TypeAdapter[Any] = TypeAdapter(Annotated[str, OneLine(MAX_LENGTH)])
UNFIT = "\n\r\t\x00\x1b\x7f\x85\u2028\u2029\u202e\u2066"
BLANK = " \t\n\x1c\x1d\x1e\x1f\x85\xa0\u3000\ufeff"


@given(st.text(BLANK, max_size=MAX_LENGTH))
def test_a_text_of_nothing_visible_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(text)


@given(
    st.text(st.sampled_from(BLANK + UNFIT) | st.characters(exclude_categories=["Cs"]), max_size=MAX_LENGTH)
)
@pytest.mark.parametrize("kind", [NAME, LINE])
def test_what_is_taken_is_what_the_document_says(kind: TypeAdapter[Any], text: str) -> None:
    schema = kind.json_schema()
    declared = bool(re.search(schema["pattern"], text)) and len(text) >= schema["minLength"]
    try:
        taken = kind.validate_python(text)
    except ValidationError:
        assert not declared
    else:
        assert declared
        assert taken in text


def test_a_text_is_trimmed_before_it_is_measured() -> None:
    assert NAME.validate_python("  abcde ") == "abcde"


@pytest.mark.parametrize("sign", UNFIT)
def test_a_name_of_more_than_one_line_is_refused(sign: str) -> None:
    with pytest.raises(ValidationError, match="one line"):
        LINE.validate_python(f"a{sign}b")
    assert LINE.validate_python(" a b\n") == "a b"
