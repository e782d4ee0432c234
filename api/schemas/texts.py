"""Texts in requests."""

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

VISIBLE = Field(json_schema_extra={"pattern": r"[^\s\x1c-\x1f\x85]"})
"""Of a text that is trimmed and must not be empty: the document names what is left then."""

EMAIL = r"^[^@\s,;<>\x00-\x1f\x7f-\x9f]+@[^@\s,;<>\x00-\x1f\x7f-\x9f]+\.[^@\s,;<>\x00-\x1f\x7f-\x9f]+$"


def _check_timezone(zone: str) -> str:
    if zone not in available_timezones():
        raise PydanticCustomError(
            "unknown_timezone", "not a time zone of the IANA database: use one such as Europe/Berlin"
        )
    return zone


TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_check_timezone)]
"""A time zone of the IANA database."""
