"""What a reader sees of a field of one line: no markup, no JSON, no more than the product holds of it."""

import html
import json
import re
from typing import Any

from causeloop_pipeline.connectors.mapping.json_text import to_text
from causeloop_pipeline.connectors.mapping.terminal_codes import strip_terminal_codes
from causeloop_pipeline.model.issue import ISSUE_FIELDS

MAX_LENGTHS = {field.name: field.max_length for field in ISSUE_FIELDS}
OF_SEVERAL_LINES = frozenset({"body"})
ADDRESSES = frozenset({"external_url"})
NAMES = (
    *("name", "displayName", "display_name", "display_value", "display"),
    *("label", "title", "text", "value", "id"),
)
"""Under which keys an object has what it is called, the likeliest first."""
TAGS = (
    "a|abbr|b|big|blockquote|br|center|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span"
    "|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul"
)
TAG = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|lt|gt|amp|quot|apos|nbsp);", re.IGNORECASE)
MAX_ESCAPES = 2
"""Who passes on what is escaped escapes it again."""
MAX_JOB = 500


def write_plainly(name: str, text: str) -> str:
    """The text of a field as people read it; empty where nothing is left of it."""
    limit = MAX_LENGTHS.get(name, MAX_LENGTHS["title"])
    text = strip_terminal_codes(text)
    if name in OF_SEVERAL_LINES:
        return text[:limit]
    if name in ADDRESSES:
        address = "%20".join(text.split())
        return address if len(address) <= limit else ""
    plain = name_json(text)
    if "<" in plain:
        plain = TAG.sub(" ", plain)
    if "&" in plain:
        for _ in range(MAX_ESCAPES):
            plain = ENTITY.sub(lambda entity: html.unescape(entity[0]), plain)
    return " ".join(plain.replace("\0", "").split())[:limit].rstrip()


def name_json(text: str) -> str:
    """What an object is called, or the entries of a list; any other text as it is."""
    if not text.startswith(("{", "[")):
        return text
    try:
        return _name_value(json.loads(text)) or text
    except (ValueError, RecursionError):
        return text


def _name_value(value: Any) -> str | None:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_name_value, value))) or None
    if isinstance(value, dict):
        named = (_name_value(value[name]) for name in NAMES if name in value)
        return next(filter(None, named), None)
    return to_text(value)
