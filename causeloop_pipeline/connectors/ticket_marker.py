"""Marks the tickets that the product opens, so that it recognizes them in the tracker.

The marker makes opening a ticket repeatable, and keeps our own tickets from being ingested as failures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import Record

MARKER = re.compile(r"causeloop-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def build_marker(recommendation_id: UUID) -> str:
    """The marker of a recommendation's ticket, usable as a label."""
    return f"causeloop-{recommendation_id}"


def build_hidden_marker(recommendation_id: UUID) -> str:
    """The marker as a Markdown comment, which readers do not see."""
    return f"<!-- {build_marker(recommendation_id)} -->"


def is_foreign_issue(record: Record) -> bool:
    """Whether an issue with a Markdown body is not one that the product opened."""
    return re.search(f"<!-- {MARKER.pattern} -->", str(record.get("body") or "")) is None


def is_unmarked_issue(record: Record) -> bool:
    """Whether an issue with `fields.labels` is not one that the product opened."""
    labels = (record.get("fields") or {}).get("labels") or ()
    return not any(MARKER.fullmatch(str(label)) for label in labels)


@dataclass(frozen=True)
class Unmarked:
    """Keeps the records without the mark of a ticket of ours, as a label, a tag or a line of a text."""

    paths: tuple[str, ...]

    def __call__(self, record: Record) -> bool:
        """Whether the record is not one that the product opened."""
        words = (word for path in self.paths for word in _list_words(find_value(record, path)))
        return not any(MARKER.fullmatch(word) for word in words)


def _list_words(value: Any) -> Iterator[str]:
    """Labels, tags between semicolons, lines."""
    for entry in value if isinstance(value, list) else [value]:
        text = (entry.get("title") or entry.get("name")) if isinstance(entry, dict) else entry
        yield from (word.strip() for word in re.split(r"[;\n]", str(text or "")))
