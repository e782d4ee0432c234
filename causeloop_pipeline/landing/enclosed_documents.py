"""What stands inside a JSON document and may be records: objects, lists of them, texts that hold JSON."""

import binascii
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

MAX_DEPTH = 7
MAX_OBJECTS = 5_000
MAX_TEXT = 1_000_000
BASE64_JSON = ("ey", "ew", "W3", "Ww")
"""How JSON begins in Base64, in which message queues wrap what they carry."""


def list_enclosed(document: Any) -> Iterator[list[list[Any]]]:
    """The lists of objects at each depth, the outermost first; an object alone is a list of one."""
    level, looked_at = [document], 0
    for _ in range(MAX_DEPTH):
        families = [_list_children(value) for value in level]
        looked_at += sum(map(len, families))
        if not any(families) or looked_at > MAX_OBJECTS:
            return
        yield [
            entries
            for value, children in zip(level, families, strict=True)
            for entries in _list_candidates(value, children)
        ]
        level = [child for children in families for child in children]


def _list_children(value: Any) -> list[Any]:
    """The objects and lists directly inside a value, read where they are texts."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    children = (read_json_text(child) if isinstance(child, str) else child for child in inside)
    return [child for child in children if isinstance(child, dict | list) and child]


def _list_candidates(value: Any, children: list[Any]) -> list[list[Any]]:
    """Each child as a list of objects; objects of the same keys under names of their own are one list."""
    if isinstance(value, dict) and len(children) == len(value) > 1 and _are_alike(children):
        return [children]
    lists = [child if isinstance(child, list) else [child] for child in children]
    return [entries for entries in lists if all(isinstance(entry, dict) for entry in entries)]


def _are_alike(children: list[Any]) -> bool:
    """Whether all are objects, and half of the keys of each are those that most of them have."""
    if not all(isinstance(child, dict) for child in children):
        return False
    counts = Counter(key for child in children for key in child)
    usual = {key for key, count in counts.items() if 2 * count > len(children)}
    return all(2 * len(usual & child.keys()) >= len(child) for child in children)


def read_json_text(text: str) -> Any:
    """The object or list that a text holds as JSON, also in Base64; None where it holds none."""
    if len(text) > MAX_TEXT:
        return None
    if text.startswith(BASE64_JSON):
        text = _decode(text)
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _decode(text: str) -> str:
    """The text inside a Base64 text, nothing where it is none."""
    try:
        return binascii.a2b_base64(text, strict_mode=True).decode()
    except ValueError:
        return ""
