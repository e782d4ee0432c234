"""What is inside a JSON document and may be records: objects, lists of them, texts that hold JSON."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from causeloop_pipeline.connectors.json_paths import ANY_ENTRY
from causeloop_pipeline.landing.json_guard import read_json_text

MAX_DEPTH = 7
MAX_OBJECTS = 5_000


class Enclosed(NamedTuple):
    """A value inside a document, and the keys that lead to it; all entries of a list share one place."""

    place: tuple[str, ...]
    value: Any


def list_enclosed(document: Any) -> Iterator[list[list[Any]]]:
    """The lists of objects at each depth, the outermost first; a place in all entries of a list is one."""
    level, looked_at = [Enclosed((), document)], 0
    for _ in range(MAX_DEPTH):
        families = [(parent, _list_children(parent)) for parent in level]
        looked_at += sum(len(children) for _, children in families)
        if not any(children for _, children in families) or looked_at > MAX_OBJECTS:
            return
        yield _list_candidates(families)
        level = [child for _, children in families for child in children]


def _list_children(parent: Enclosed) -> list[Enclosed]:
    """The objects and lists directly inside a value, read where they are texts."""
    if isinstance(parent.value, dict):
        inside = list(parent.value.items())
    else:
        inside = [(ANY_ENTRY, entry) for entry in parent.value] if isinstance(parent.value, list) else []
    read = ((key, read_json_text(value) if isinstance(value, str) else value) for key, value in inside)
    return [
        Enclosed((*parent.place, key), value)
        for key, value in read
        if isinstance(value, dict | list) and value
    ]


def _list_candidates(families: list[tuple[Enclosed, list[Enclosed]]]) -> list[list[Any]]:
    """The objects at each place; objects of the same keys under names of their own are one list."""
    places: dict[tuple[str, ...], list[Any]] = {}
    for parent, children in families:
        values = [child.value for child in children]
        if isinstance(parent.value, dict) and len(values) == len(parent.value) > 1 and _are_alike(values):
            places.setdefault((*parent.place, ANY_ENTRY), []).extend(values)
            continue
        for child in children:
            entries = child.value if isinstance(child.value, list) else [child.value]
            if all(isinstance(entry, dict) for entry in entries):
                places.setdefault(child.place, []).extend(entries)
    return list(places.values())


def _are_alike(children: list[Any]) -> bool:
    """Whether all are objects, and half of the keys of each are those that most of them have."""
    if not all(isinstance(child, dict) for child in children):
        return False
    counts = Counter(key for child in children for key in child)
    usual = {key for key, count in counts.items() if 2 * count > len(children)}
    return all(2 * len(usual & child.keys()) >= len(child) for child in children)
