"""The name in an object that stands for a person, team, service or label of a tool."""

from collections.abc import Mapping
from typing import Any

NAMES_OF_VALUES = (
    "display_name",
    "displayName",
    "display_value",
    "name",
    "summary",
    "title",
    "label",
    "value",
    "text",
    "slug",
)


def find_name(value: Mapping[str, Any]) -> str | None:
    """How an object is called; None where it does not say."""
    named = (value.get(name) for name in NAMES_OF_VALUES)
    return next((name.strip() for name in named if isinstance(name, str) and name.strip()), None)
