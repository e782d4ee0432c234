"""Reads values at dotted paths of JSON documents, and fills templates.

A dot after a backslash belongs to its key, as in mappings.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

ANY_ENTRY = "*"
"""As a step: every entry of a list."""
OR_NOTHING = "|"
PLACE = re.compile(r"-?[0-9]+")
PLACEHOLDER = re.compile(r"\{([A-Za-z_][^{}\"]*)\}")


class MissingValueError(LookupError):
    """A template names something that is not there."""


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[str, ...]:
    """The steps of a dotted path; a dot after a backslash belongs to its key."""
    if not path:
        return ()
    return tuple(step.replace("\0", ".") for step in path.replace(r"\.", "\0").split("."))


def find_value(document: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none; "" is the document itself."""
    for step in split_path(path):
        document = document.get(step) if isinstance(document, dict) else step_into(document, step)
        if document is None:
            return None
    return document


def step_into(value: Any, step: str) -> Any:
    """The value of an object's key, or of a list's place (-1 is the last); None where there is none."""
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and PLACE.fullmatch(step) and -len(value) <= int(step) < len(value):
        return value[int(step)]
    return None


def find_values(document: Any, path: str) -> list[Any]:
    """Every value at a path in which `*` stands for every entry of a list."""
    values = [document]
    for step in split_path(path):
        values = [child for value in values for child in _list_children(value, step)]
    return values


def _list_children(value: Any, step: str) -> list[Any]:
    if step == ANY_ENTRY:
        return value if isinstance(value, list) else []
    child = step_into(value, step)
    return [] if child is None else [child]


def find_first_value(document: Any, paths: tuple[str, ...]) -> Any:
    """The first value at any of the paths that is not empty."""
    for path in paths:
        value = find_value(document, path)
        if value is not None and value != "":
            return value
    return None


def fill(template: str, lookup: Callable[[str], Any], quote: Callable[[str], str] = str) -> str:
    """The template with each {name} replaced; values are never read as templates themselves.

    {name|} is nothing where there is none.
    """

    def replacement(match: re.Match[str]) -> str:
        value = lookup(match[1])
        if value in (None, "") or isinstance(value, dict | list):
            if match[1].endswith(OR_NOTHING):
                return ""
            raise MissingValueError(match[1])
        return quote(str(value))

    return PLACEHOLDER.sub(replacement, template)


def fill_from(template: str, values: Mapping[str, Any], quote: Callable[[str], str] = str) -> str:
    """The template filled from a flat mapping."""
    return fill(template, values.get, quote)
