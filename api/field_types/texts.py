"""Texts in requests: of any kind, names, slugs, addresses and time zones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import GroupedMetadata
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from causeloop_pipeline.model.issue import VISIBLE
from causeloop_pipeline.model.time_zones import is_time_zone

EMAIL = r"^[^@\s,;<>\x00-\x1f\x7f-\x9f]+@[^@\s,;<>\x00-\x1f\x7f-\x9f]+\.[^@\s,;<>\x00-\x1f\x7f-\x9f]+$"


def _check_timezone(zone: str) -> str:
    if not is_time_zone(zone):
        raise PydanticCustomError(
            "unknown_timezone", "not a time zone of the IANA database: use one such as Europe/Berlin"
        )
    return zone


EDGE = r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
"""What is trimmed."""
UNFIT = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
"""Control characters, ends of a line, and those that turn the direction of what follows."""
ONE_LINE = f"^{EDGE}*[^{UNFIT}]*{VISIBLE[:-1]}{UNFIT}][^{UNFIT}]*{EDGE}*$"


def _check_visible(text: str) -> str:
    if not re.search(VISIBLE, text):
        raise PydanticCustomError("invisible_text", "holds no visible character")
    return text


def _check_one_line(text: str) -> str:
    if not re.fullmatch(f"[^{UNFIT}]*", text):
        raise PydanticCustomError(
            "not_one_line", "holds a line break or a control character: give a name of one line"
        )
    return text


@dataclass(frozen=True)
class Trimmed(GroupedMetadata):
    """Of a text that is trimmed, must not be empty then, and has at most so many characters."""

    max_length: int

    def __iter__(self) -> Iterator[Any]:
        """What pydantic applies in its place."""
        yield StringConstraints(strip_whitespace=True, min_length=1, max_length=self.max_length)
        yield AfterValidator(_check_visible)
        yield Field(json_schema_extra={"pattern": VISIBLE})


class OneLine(Trimmed):
    """Of a trimmed text that stands in one line, such as a name."""

    def __iter__(self) -> Iterator[Any]:
        """What pydantic applies in its place."""
        yield from super().__iter__()
        yield AfterValidator(_check_one_line)
        yield Field(json_schema_extra={"pattern": ONE_LINE})


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_check_timezone)]
"""A time zone of the IANA database."""

Name = Annotated[str, OneLine(120)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
MAX_EMAIL = 254
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=MAX_EMAIL,
        pattern=EMAIL,
    ),
]


def is_email(text: str) -> bool:
    """Whether a text is an e-mail address."""
    return len(text) <= MAX_EMAIL and re.search(EMAIL, text.strip()) is not None
