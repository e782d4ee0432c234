"""Texts inside markup: Atlassian documents and HTML."""

import re
from collections.abc import Iterator
from typing import Any

from causeloop_pipeline.connectors.mapping.json_text import write_json


def list_texts(node: Any) -> Iterator[str]:
    """The texts of an Atlassian document in order."""
    if isinstance(node, dict):
        if (text := node.get("text")) is not None:
            yield write_json(text) if not isinstance(text, str) else text
        for key in sorted(node, key=lambda name: (len(name.encode()), name.encode())):
            yield from list_texts(node[key])
    elif isinstance(node, list):
        for item in node:
            yield from list_texts(item)


def strip_tags(text: str | None) -> str | None:
    """A text that may be HTML without its tags and entities."""
    if text is None:
        return None
    for entity, character in (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'")):
        text = re.sub(r"<[^<>]*>", " ", text) if entity == "&nbsp;" else text
        text = text.replace(entity, character)
    return re.sub(r"\s+", " ", text.replace("&amp;", "&")).strip() or None
