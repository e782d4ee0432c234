"""Validates a connector's configuration and credentials before anything is stored or called."""

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.spec import Connector, Field

FIELD_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "number": int,
    "list": (list, tuple),
    "mapping": Mapping,
}


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field; never repeats a credential."""

    field: str
    message: str


def find_problems(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str]
) -> list[FieldProblem]:
    """Everything that keeps this configuration from working, in the order of the form."""
    try:
        connector = connector.resolve(config)
    except DeclarationError as error:
        return [FieldProblem("config.declaration", str(error))]
    return [
        *_find_form_problems("config", connector.fields, config),
        *_find_form_problems("credentials", connector.credentials, credentials),
    ]


def fill_defaults(connector: Connector, config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with the defaults of what was left empty."""
    with contextlib.suppress(DeclarationError):  # what is wrong with it is a problem of the configuration
        connector = connector.resolve(config)
    defaults = {field.name: field.default for field in connector.fields if field.default is not None}
    return defaults | {name: value for name, value in config.items() if value is not None}


def _find_form_problems(
    form: str, fields: tuple[Field, ...], values: Mapping[str, Any]
) -> list[FieldProblem]:
    names = {field.name for field in fields}
    unknown = [
        FieldProblem(f"{form}.{name}", f"no such field; the fields are {', '.join(sorted(names)) or 'none'}")
        for name in sorted(values.keys() - names)
    ]
    messages = (
        (field.name, _find_problem(field, values.get(field.name)))
        for field in fields
        if not (field.unless and values.get(field.unless) and not values.get(field.name))
    )
    return [FieldProblem(f"{form}.{name}", message) for name, message in messages if message] + unknown


def _find_problem(field: Field, value: Any) -> str | None:
    if value in (None, "", [], {}):
        return f"{field.title} is missing" if field.required and field.default is None else None
    if not isinstance(value, FIELD_TYPES[field.type]) or isinstance(value, bool):
        return f"{field.title} must be a {field.type}"
    for item in value if field.type == "list" else [value]:
        if field.choices and item not in field.choices:
            return f"{field.title} must be one of {', '.join(field.choices)}"
        if field.pattern and not re.fullmatch(field.pattern, str(item)):
            return f"{field.title} does not look right: expected {field.help or field.pattern}"
    return None
