"""Reads the YAML of a declaration: plain values only, bounded, with the line of each field.

Anchors, aliases and tags are refused, for a declaration needs none and a bomb is made of them. `yes`, `010`
and `12:30` stay texts: only true, false, null and decimal numbers are anything else.
"""

import re
from typing import Any

import yaml

from causeloop_pipeline.connectors.declared.problems import DeclarationError, Problem

MAX_TEXT_BYTES = 200_000
MAX_NODES = 5_000
MAX_DEPTH = 30
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?[0-9]{1,17}\.[0-9]{1,17}")
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def read_yaml(
    text: str, max_bytes: int = MAX_TEXT_BYTES, max_nodes: int = MAX_NODES, max_depth: int = MAX_DEPTH
) -> tuple[Any, dict[str, int]]:
    """The value of a YAML document, and the line of each of its fields; DeclarationError where it is none."""
    size = len(text.encode(errors="replace"))
    if size > max_bytes:
        raise DeclarationError(
            [Problem("", f"larger than {max_bytes:,} bytes ({size:,}): leave out what no connector reads")]
        )
    try:
        _check_events(text, max_nodes, max_depth)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else None
        raise DeclarationError([Problem("", f"not YAML: {reason}; fix the line", line)]) from None
    lines: dict[str, int] = {}
    return _read_value(node, "", lines), lines


def _check_events(text: str, max_nodes: int, max_depth: int) -> None:
    """Refuse what could be small as a text and endless as a value, before anything is built of it."""
    depth = count = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        count += isinstance(event, yaml.NodeEvent)
        problem = None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = "anchors and aliases are not read: write the value out"
        elif getattr(event, "tag", None) not in (None, "!"):
            problem = f"the tag {event.tag[:60]} is not read: leave it out"
        elif depth > max_depth:
            problem = f"nested deeper than {max_depth} levels: flatten it"
        elif count > max_nodes:
            problem = f"more than {max_nodes:,} values: leave some out"
        if problem:
            raise DeclarationError([Problem("", problem, event.start_mark.line + 1)])


def _read_value(node: yaml.Node | None, field: str, lines: dict[str, int]) -> Any:
    if node is None:
        return None
    lines[field] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(node, field, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_read_value(child, f"{field}[{place}]", lines) for place, child in enumerate(node.value)]
    return _read_scalar(node)


def _read_mapping(node: yaml.MappingNode, field: str, lines: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise DeclarationError([Problem(field, "a key must be a word", line)])
        place = f"{field}.{key.value}" if field else key.value
        if key.value in values:
            raise DeclarationError([Problem(place, "is there twice: leave one out", line)])
        values[key.value] = _read_value(child, place, lines)
        lines[place] = line
    return values


def _read_scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) is not None:
        return text
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text
