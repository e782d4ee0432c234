"""Evaluates mappings: each value comes with the paths that it was read from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any, assert_never

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Concat,
    Different,
    Document,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Matches,
    Moment,
    Not,
    PlainText,
    Pluck,
    SeverityLabel,
    Some,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.json_text import to_text
from causeloop_pipeline.connectors.mapping.markup import list_texts, strip_tags
from causeloop_pipeline.connectors.mapping.plain_texts import name_json
from causeloop_pipeline.connectors.mapping.tags import find_severity, find_tag
from causeloop_pipeline.connectors.mapping.times import read_time
from causeloop_pipeline.model.numbers import read_number

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Value:
    """What an expression gave, and the paths it was read from."""

    text: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Payload:
    """A landed record: its document, the kind it was landed as, its connector's configuration."""

    document: Mapping[str, Any]
    kind: str = "record"
    config: Mapping[str, Any] = field(default_factory=dict)

    def at(self, path: str) -> Any:
        """The value at a path, None where it leads nowhere."""
        return find_value(self.document, path)

    def pluck(self, source: Pluck) -> list[Any] | None:
        """What stands at a key of each object of a list, None where there is no list."""
        elements = self.at(source.path)
        if not isinstance(elements, list):
            return None
        values = [element.get(source.key) for element in elements if isinstance(element, dict)]
        return [value for value in values if value is not None]


@singledispatch
def evaluate(source: Any, _payload: Payload) -> Value | None:
    """The text that a source gives for a payload, None where it has no value."""
    raise TypeError(f"not an expression of a mapping: {source!r}")


@evaluate.register
def _(_source: None, _payload: Payload) -> None:
    return None


@evaluate.register
def _(source: str, payload: Payload) -> Value | None:
    value = payload.at(source)
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list | dict):
        value = value[0]  # where there could be several, some tools always send a list
    return _value(to_text(value), source)


@evaluate.register
def _(source: tuple, payload: Payload) -> Value | None:  # type: ignore[type-arg]
    values = (evaluate(alternative, payload) for alternative in source)
    return next((value for value in values if value), None)


@evaluate.register
def _(source: Literal, _payload: Payload) -> Value:
    return Value(source.text)


@evaluate.register
def _(source: Text, payload: Payload) -> Value | None:
    parts: dict[str, Value] = {}
    for name in PLACEHOLDER.findall(source.template):
        value = _template_part(name, payload)
        if value is None:
            return None
        parts[name] = value
    text = PLACEHOLDER.sub(lambda part: name_json(parts[part[1]].text), source.template)
    return Value(text, _paths(list(parts.values())))


@evaluate.register
def _(source: Match, payload: Payload) -> Value | None:
    value = evaluate(source.of, payload)
    if value is None or not (match := re.search(source.pattern, value.text, re.DOTALL)):
        return None
    text = match[1] if match.re.groups else match[0]
    return Value(text, value.paths) if text else None


@evaluate.register
def _(source: Join, payload: Payload) -> Value | None:
    parts = [value for value in (evaluate(part, payload) for part in source.parts) if value]
    return (
        Value(source.separator.join(name_json(part.text) for part in parts), _paths(parts)) if parts else None
    )


@evaluate.register
def _(source: Concat, payload: Payload) -> Value | None:
    parts = [value for value in (evaluate(part, payload) for part in source.parts) if value]
    if len(parts) < len(source.parts):
        return None
    return Value("".join(name_json(part.text) for part in parts), _paths(parts))


@evaluate.register
def _(source: Pluck, payload: Payload) -> Value | None:
    return _value(to_text(payload.pluck(source)), source.path)


@evaluate.register
def _(source: Tag, payload: Payload) -> Value | None:
    return _value(find_tag(payload.at(source.path), source.names), source.path)


@evaluate.register
def _(source: SeverityLabel, payload: Payload) -> Value | None:
    return _value(find_severity(payload.at(source.path)), source.path)


@evaluate.register
def _(source: Element, payload: Payload) -> Value | None:
    elements = payload.at(source.path)
    if isinstance(elements, dict):
        elements = list(elements.values())
    for element in elements if isinstance(elements, list) else ():
        if isinstance(element, dict):
            inner = Payload(element)
            key = to_text(inner.at(source.key))
            if key is not None and source.equals in {None, key}:
                return _value(to_text(inner.at(source.take)), source.path)
    return None


@evaluate.register
def _(source: Document, payload: Payload) -> Value | None:
    value = payload.at(source.path)
    text = to_text(" ".join(list_texts(value)) if isinstance(value, dict) else value)
    return _value(text, source.path)


@evaluate.register
def _(source: PlainText, payload: Payload) -> Value | None:
    return _value(strip_tags(to_text(payload.at(source.path))), source.path)


@evaluate.register
def _(source: Band, payload: Payload) -> Value | None:
    value = evaluate(source.of, payload)
    number = None if value is None else read_number(value.text)
    if value is None or number is None:
        return None
    words = (word for bound, word in source.bounds if number >= Decimal(str(bound)))
    return next((Value(word, value.paths) for word in words), None)


@evaluate.register
def _(source: Choose, payload: Payload) -> Value | None:
    return evaluate(source.then if holds(source.when, payload) else source.otherwise, payload)


@evaluate.register
def _(source: Different, payload: Payload) -> Value | None:
    value, other = evaluate(source.of, payload), evaluate(source.than, payload)
    return None if value is None or (other is not None and value.text == other.text) else value


@singledispatch
def holds(condition: Any, _payload: Payload) -> bool:
    """Whether a condition holds for a payload; no condition always does."""
    raise TypeError(f"not a condition of a mapping: {condition!r}")


@holds.register
def _(_condition: None, _payload: Payload) -> bool:
    return True


@holds.register
def _(condition: Has, payload: Payload) -> bool:
    return payload.at(condition.path) is not None


@holds.register
def _(condition: Is, payload: Payload) -> bool:
    value = evaluate(condition.of, payload)
    return value is not None and value.text.lower() in {word.lower() for word in condition.values}


@holds.register
def _(condition: Matches, payload: Payload) -> bool:
    value = evaluate(condition.of, payload)
    return value is not None and bool(re.search(condition.pattern, value.text, re.IGNORECASE | re.DOTALL))


@holds.register
def _(condition: Kind, payload: Payload) -> bool:
    return payload.kind in condition.kinds


@holds.register
def _(condition: Not, payload: Payload) -> bool:
    return not holds(condition.condition, payload)


@holds.register
def _(condition: Every, payload: Payload) -> bool:
    return all(holds(part, payload) for part in condition.conditions)


@holds.register
def _(condition: Some, payload: Payload) -> bool:
    return any(holds(part, payload) for part in condition.conditions)


def evaluate_time(moment: Moment | None, payload: Payload) -> tuple[datetime, tuple[str, ...]] | None:
    """The time that a moment gives for a payload, and its paths; None where it has another format."""
    match moment:
        case None:
            return None
        case tuple():
            times = (evaluate_time(alternative, payload) for alternative in moment)
            return next((time for time in times if time), None)
        case str():
            return evaluate_time(Instant(moment), payload)
        case Instant(of=tuple() as parts):
            return evaluate_time(tuple(Instant(part, moment.format) for part in parts), payload)
        case Instant():
            value = evaluate(moment.of, payload)
            time = None if value is None else read_time(value.text, moment.format)
            return None if value is None or time is None else (time, value.paths)
    assert_never(moment)


def _value(text: str | None, path: str) -> Value | None:
    return Value(text, (path,)) if text else None


def _paths(values: list[Value]) -> tuple[str, ...]:
    return tuple(path for value in values for path in value.paths)


def _template_part(name: str, payload: Payload) -> Value | None:
    if not name.startswith("config."):
        return evaluate(name, payload)
    text = to_text(payload.config.get(name.removeprefix("config.")))
    return Value(text) if text else None
