"""Writes values at dotted paths of JSON documents."""

from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value, split_path


def set_at(document: Any, path: str, value: Any) -> Any:
    """The document with a value at a path; what is in the way is replaced by an object."""
    return _set(document, split_path(path), value)


def remove_at(document: Any, path: str) -> Any:
    """The document without the value at a path."""
    return set_at(document, path, None) if find_value(document, path) is not None else document


def nest(records: list[Any], within: str | None) -> list[Any]:
    """Records as a list holds them: each in an entry of its own where the list is one of lists."""
    return records if within is None else [set_at({}, within, [record]) for record in records]


def _set(node: Any, steps: tuple[str, ...], value: Any) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(node, list) and step.lstrip("-").isdigit() and -len(node) <= int(step) < len(node):
        place = int(step) % len(node)
        return [*node[:place], _set(node[place], rest, value), *node[place + 1 :]]
    holder = node if isinstance(node, dict) else {}
    return holder | {step: _set(holder.get(step), rest, value)}
