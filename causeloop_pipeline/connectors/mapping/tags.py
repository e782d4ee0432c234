"""Tags and labels, in the forms that tools give them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.connectors.mapping.json_text import to_text

SEVERITY_WORDS = "p[0-5]|sev-?[0-5]|blocker|critical|urgent|high|medium|low"
SEVERITY_LABEL = re.compile(
    rf"^(?:(?:severity|priority|sev|prio)[\s:=/_-]+)?({SEVERITY_WORDS})$", re.IGNORECASE
)
TAG_KEYS = ("key", "Key", "name", "Name", "title")
TAG_VALUES = ("value", "Value")


def find_tag(tags: Any, names: str) -> str | None:
    """The value of the first tag whose name matches."""
    pattern = re.compile(rf"^(?:{names})[:=_/]\s*(.+)$", re.IGNORECASE | re.DOTALL)
    matches = (pattern.match(tag) for tag in list_tags(tags))
    return next((match[1] for match in matches if match), None)


def find_severity(tags: Any) -> str | None:
    """The first label that names a severity."""
    labels = (SEVERITY_LABEL.match(label) for label in list_tags(tags))
    return next((label[1] for label in labels if label), None)


def list_tags(tags: Any) -> Iterator[str]:
    """Every tag as a text `name:value`, or just its name."""
    match tags:
        case list():
            for tag in tags:
                text = _render_tag(tag) if isinstance(tag, dict) else to_text(tag)
                if text is not None:
                    yield text
        case dict():
            for key in sorted(tags):
                if (value := to_text(tags[key])) is not None:
                    yield f"{key}:{value}"
        case str():
            yield from (tag.strip(" ") for tag in tags.split(","))


def _render_tag(tag: Mapping[str, Any]) -> str | None:
    keys = (to_text(tag.get(name)) for name in TAG_KEYS)
    values = (to_text(tag.get(name)) for name in TAG_VALUES)
    key = next((text for text in keys if text), None)
    value = next((text for text in values if text), None)
    return key and (f"{key}:{value}" if value else key)
