"""Lists from which rows can be left out by the values of their filters: `without=service:checkout`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from api.http.list_filters import list_names_of_lists
from api.http.pagination import PageRequest

MAX_EXCLUSIONS = 50
SEPARATOR = ":"
EXCLUSIONS = "without"


class ExcludingPageRequest(PageRequest):
    """The parameters of a list whose filters of several values can also leave rows out."""

    without: list[str] | None = Field(
        None,
        max_length=MAX_EXCLUSIONS,
        description="Leaves rows out: the name of a filter, a colon and a value, such as `service:checkout`",
    )

    @field_validator("without")
    @classmethod
    def read_exclusions(cls, exclusions: list[str] | None, info: ValidationInfo) -> list[str] | None:
        """Each as its filter reads its value; ValueError where none takes several, or not this one."""
        return [cls._read_exclusion(exclusion, info.context) for exclusion in exclusions or ()] or None

    @classmethod
    def _read_exclusion(cls, exclusion: str, context: Any) -> str:
        filters = [name for name in list_names_of_lists(cls) if name != EXCLUSIONS]
        name, _, value = exclusion.partition(SEPARATOR)
        if name not in filters:
            choices = ", ".join(f"{each}:" for each in filters)
            raise ValueError(f"{exclusion!r} must begin with one of {choices}")
        try:
            read = cls.model_validate({name: [value]}, context=context)
        except ValidationError as error:
            raise ValueError(f"{exclusion!r}: {error.errors()[0]['msg']}") from None
        return f"{name}{SEPARATOR}{read.model_dump(mode='json', include={name})[name][0]}"


def group_exclusions(exclusions: Iterable[str]) -> dict[str, list[str]]:
    """The values to leave out, by the name of their filter."""
    grouped: dict[str, list[str]] = {}
    for exclusion in exclusions:
        name, _, value = exclusion.partition(SEPARATOR)
        grouped.setdefault(name, []).append(value)
    return grouped


def describe_exclusions(parameters: Iterable[dict[str, Any]], schemas: Mapping[str, Any]) -> None:
    """Let a list's `without` take, in the OpenAPI document, what its filters of several values take."""
    named = {parameter["name"]: parameter for parameter in parameters}
    if EXCLUSIONS not in named:
        return
    items = {name: array["items"] for name, each in named.items() if (array := _find_array(each["schema"]))}
    described = items.pop(EXCLUSIONS)
    forms = [_describe_exclusion(name, _resolve(item, schemas)) for name, item in items.items()]
    described["pattern"] = f"^({'|'.join(forms)})"


def _find_array(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((kind for kind in schema.get("anyOf", [schema]) if kind.get("type") == "array"), None)


def _resolve(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return schemas[reference.rpartition("/")[2]] if reference else schema


def _describe_exclusion(name: str, item: Mapping[str, Any]) -> str:
    values = [re.escape(value) for value in item.get("enum", ())]
    return f"{name}{SEPARATOR}" + (f"({'|'.join(values)})$" if values else "")
