"""Reads values at dotted paths of JSON documents, and fills templates.

A dot after a backslash belongs to its key, as in mappings.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from causeloop_pipeline.connectors.mapping.expressions import split_path

PLACEHOLDER = re.compile(r"\{([A-Za-z_][^{}\"]*)\}")


class MissingValueError(LookupError):
    """A template names something that is not there."""


find_steps = lru_cache(maxsize=4096)(split_path)


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none; "" is the document itself."""
    for step in find_steps(path):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def first_at(document: Any, paths: tuple[str, ...]) -> Any:
    """The first value at any of the paths that is not empty."""
    values = (value_at(document, path) for path in paths)
    return next((value for value in values if value not in (None, "")), None)


def fill(template: str, lookup: Callable[[str], Any], quote: Callable[[str], str] = str) -> str:
    """The template with each {name} replaced; values are never read as templates themselves."""

    def replacement(match: re.Match[str]) -> str:
        value = lookup(match[1])
        if value in (None, "") or isinstance(value, dict | list):
            raise MissingValueError(match[1])
        return quote(str(value))

    return PLACEHOLDER.sub(replacement, template)


def fill_from(template: str, values: Mapping[str, Any], quote: Callable[[str], str] = str) -> str:
    """The template filled from a flat mapping."""
    return fill(template, values.get, quote)
