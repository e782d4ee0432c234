"""What is wrong with a body whose fields are each valid."""

from pydantic_core import PydanticCustomError


def incomplete_change(what: str) -> PydanticCustomError:
    """The error of a change that lacks a field, or has two that cannot be used together."""
    return PydanticCustomError("incomplete_change", "{what}", {"what": what})
