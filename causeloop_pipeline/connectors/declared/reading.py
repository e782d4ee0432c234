"""Builds the vocabulary's objects from plain values, by the types of their fields; every problem is named."""

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from causeloop_pipeline.connectors.declared.patterns import find_pattern_problem
from causeloop_pipeline.connectors.declared.problems import Problem
from causeloop_pipeline.connectors.declared.vocabulary import (
    BOUNDS,
    DEFAULTS,
    FIELD_TYPES,
    FORMS,
    LITERAL_PATTERNS,
    MAX_LIST_LENGTHS,
    NOT_DECLARED,
    NOT_DECLARED_CLASSES,
    PATTERNS,
    REPLACED,
    find_word,
)
from causeloop_pipeline.connectors.mapping import expressions

SPAN = re.compile(r"([0-9]{1,6})\s*(s|m|h|d|second|minute|hour|day)s?")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MAX_TEXT = 20_000
NOTHING = object()


class Reader:
    """Reads values, and keeps what is wrong with them instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, value: Any, kind: Any, place: str, name: str = "") -> Any:
        """The value as its type wants it; None, and a problem, where it does not fit."""
        origin = typing.get_origin(kind)
        if origin in (typing.Union, types.UnionType):
            read = self._read_union(value, typing.get_args(kind), place, name)
        elif origin is typing.Literal:
            read = self._choose(value, typing.get_args(kind), place)
        elif origin in (tuple, frozenset):
            read = self._read_list(value, kind, place, name)
        elif origin is not None and issubclass(origin, Mapping):
            read = self._read_mapping(value, typing.get_args(kind)[1], place)
        elif dataclasses.is_dataclass(kind):
            read = self.read_object(value, typing.cast("type", kind), place)
        else:
            read = value if kind is Any else self._read_scalar(value, kind, place, name)
        return read

    def read_object(self, value: Any, kind: type, place: str) -> Any:
        """An object of a class; a class with one field may be given as that field's value alone."""
        kind = REPLACED.get(kind, kind)
        fields = {
            field.name: field
            for field in dataclasses.fields(kind)
            if field.init and (kind, field.name) not in NOT_DECLARED
        }
        required = [
            name for name, field in fields.items() if _is_required(field) and (kind, name) not in DEFAULTS
        ]
        short = next(iter(required or fields), None)
        if not isinstance(value, dict) or (len(fields) == 1 and short not in value):
            is_unclear = (short is None and value is not None) or len(required) > 1
            if is_unclear or (value is None and required):
                return self._refuse(place, f"expected an object with {_join(fields)}")
            value = {} if value is None else {str(short): value}
        for unknown in value.keys() - fields.keys():
            self._refuse(f"{place}.{unknown}".lstrip("."), f"no such field: the fields are {_join(fields)}")
        missing = [name for name in required if value.get(name) is None]
        for name in missing:
            self._refuse(place, f"{name} is missing: add it")
        hints = _resolve_types(kind)
        values = {
            name: self._read_field(value[name], kind, name, hints[name], f"{place}.{name}".lstrip("."))
            for name in fields
            if name in value
        }
        defaults = {name: DEFAULTS[kind, name] for name in fields if (kind, name) in DEFAULTS}
        return None if missing else self._build(kind, defaults | values, place)

    def _build(self, kind: type, values: dict[str, Any], place: str) -> Any:
        required = {field.name for field in dataclasses.fields(kind) if _is_required(field)}
        if any(values.get(name) is None for name in required):
            return None  # the problem is named already
        try:
            return kind(**values)
        except (TypeError, ValueError) as error:
            return self._refuse(place, f"cannot be read: {error}")

    def _read_field(self, value: Any, kind: type, name: str, hint: Any, place: str) -> Any:
        key = (kind, name)
        read = self.read(value, FIELD_TYPES.get(key, hint), place, name)
        if not isinstance(read, str):
            return read
        if key in PATTERNS and (problem := find_pattern_problem(read)):
            return self._refuse(place, problem)
        if key in FORMS and not FORMS[key][0].fullmatch(read):
            return self._refuse(place, f"expected {FORMS[key][1]}")
        return re.escape(read) if key in LITERAL_PATTERNS else read

    def _read_union(self, value: Any, kinds: tuple[Any, ...], place: str, name: str) -> Any:
        if value is None and type(None) in kinds:
            return None
        kinds = tuple(kind for kind in kinds if kind is not type(None))
        classes = {find_word(kind): kind for kind in kinds if hasattr(kind, "__dataclass_fields__")}
        lists = [kind for kind in kinds if typing.get_origin(kind) is tuple and isinstance(value, list)]
        if len(kinds) == 1 or lists:
            return self.read(value, (lists or kinds)[0], place, name)
        if classes and not (isinstance(value, str) and str in kinds):
            return self._read_word(value, classes, place)
        scalar = next(
            (kind for kind in (bool, str, int, float) if kind in kinds and type(value) is kind), None
        )
        if scalar is None:
            return self._refuse(place, "expected a text, a number or a list")
        return self._read_scalar(value, scalar, place, name)

    def _read_word(self, value: Any, classes: Mapping[str, Any], place: str) -> Any:
        """One of several classes: its word alone, or its word with what it holds."""
        word, content = value, None
        classes = {name: kind for name, kind in classes.items() if kind not in NOT_DECLARED_CLASSES}
        if isinstance(value, dict) and len(value) == 1:
            word, content = next(iter(value.items()))
        if not isinstance(word, str) or word not in classes:
            answer = f"not {str(word)[:40]!r}" if isinstance(word, str) else "and nothing beside it"
            return self._refuse(place, f"expected one of {_join(classes)}, {answer}")
        return self.read_object(content, classes[word], f"{place}.{word}")

    def _read_list(self, value: Any, kind: Any, place: str, name: str) -> Any:
        arguments = typing.get_args(kind)
        make: Callable[[Iterator[Any]], Any] = frozenset if typing.get_origin(kind) is frozenset else tuple
        is_list = make is frozenset or arguments[-1] is Ellipsis
        if isinstance(value, dict) and is_list and typing.get_origin(arguments[0]) is tuple:
            value = [list(pair) for pair in value.items()]  # name and value, as an object
        if not isinstance(value, list):
            value = [value]
        limit = MAX_LIST_LENGTHS.get(name)
        if limit is not None and len(value) > limit:
            return self._refuse(place, f"more than {limit} entries: split the connector")
        if not is_list and len(value) != len(arguments):
            return self._refuse(place, f"expected {len(arguments)} values")
        kinds = [arguments[0]] * len(value) if is_list else arguments
        return make(
            self.read(entry, entry_kind, f"{place}[{number}]")
            for number, (entry, entry_kind) in enumerate(zip(value, kinds, strict=True))
        )

    def _read_mapping(self, value: Any, kind: Any, place: str) -> Any:
        if not isinstance(value, dict):
            return self._refuse(place, "expected an object")
        return {key: self.read(entry, kind, f"{place}.{key}") for key, entry in value.items()}

    def _read_scalar(self, value: Any, kind: Any, place: str, name: str) -> Any:
        read: Any = NOTHING
        if kind is timedelta:
            span = SPAN.fullmatch(str(value))
            read = timedelta(**{UNITS[span[2][0]]: int(span[1])}) if span else NOTHING
        elif isinstance(kind, type) and issubclass(kind, StrEnum):
            return self._choose(value, tuple(kind), place)
        elif kind is bool:
            read = value if isinstance(value, bool) else NOTHING
        elif kind is int or kind is float:
            read = value if isinstance(value, int | kind) and not isinstance(value, bool) else NOTHING
        elif kind is str:
            is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
            read = str(value) if is_text and len(str(value)) <= MAX_TEXT else NOTHING
        if read is NOTHING:
            return self._refuse(place, f"expected {EXPECTED.get(kind, 'another value')}")
        least, most = BOUNDS.get(name, (None, None))
        if least is not None and type(least) is type(read) and not least <= read <= most:
            return self._refuse(place, f"expected between {least} and {most}, not {read}")
        return read

    def _choose(self, value: Any, choices: tuple[Any, ...], place: str) -> Any:
        chosen = next((choice for choice in choices if value == choice), None)
        return self._refuse(place, f"expected one of {_join(choices)}") if chosen is None else chosen

    def _refuse(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))


EXPECTED = {
    str: f"a text of at most {MAX_TEXT:,} characters",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    timedelta: "a span such as 5 minutes, 1 hour or 30 days",
}


@cache
def _resolve_types(kind: type) -> dict[str, Any]:
    """The types of a class's fields, those that name a part of the mapping vocabulary included."""
    hints: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        module = vars(__import__(base.__module__, fromlist=["_"]))
        hints |= typing.get_type_hints(base, globalns={**vars(expressions), **module})
    return hints


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _join(names: Any) -> str:
    return ", ".join(map(str, names))
