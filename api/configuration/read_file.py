"""Reads a configuration file and reports every problem with its line."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api.configuration.file_schema import MODELS, Configuration, SecretReference
from causeloop_pipeline.connectors.declared.problems import DeclarationError, Problem
from causeloop_pipeline.connectors.declared.yaml_text import read_yaml

MAX_FILE_BYTES, MAX_FILE_VALUES = 2_000_000, 100_000
KEYS = {"connectors": "name", "alert_rules": "name", "members": "email"}


@dataclass(frozen=True)
class ConfigurationFile:
    """What a file says, and the line of each of its fields."""

    configuration: Configuration
    lines: dict[str, int]

    def refuse(self, problems: list[Problem]) -> DeclarationError:
        """An error with these problems and their lines."""
        return DeclarationError(problems).with_lines(self.lines)


def read_configuration(text: str) -> ConfigurationFile:
    """The configuration of a YAML text; DeclarationError with every field to be changed."""
    value, lines = read_yaml(text, MAX_FILE_BYTES, MAX_FILE_VALUES)
    if not isinstance(value, dict):
        keys = ", ".join(Configuration.model_fields)
        raise DeclarationError([Problem("", f"holds no configuration: write some of {keys}", 1)])
    try:
        configuration = Configuration.model_validate(value)
    except ValidationError as error:
        problems = [_explain(entry, lines) for entry in error.errors(include_input=False, include_url=False)]
        raise DeclarationError(problems).with_lines(lines) from None
    file = ConfigurationFile(configuration, lines)
    if twice := list(_find_repeated(configuration)):
        raise file.refuse(twice)
    return file


def _explain(entry: Any, lines: dict[str, int]) -> Problem:
    field = _name_field(entry["loc"], lines)
    if entry["type"] == "extra_forbidden":
        keys = _list_keys(field)
        return Problem(field, "unknown key: leave it out" + (f", or use one of {keys}" if keys else ""))
    if entry["type"] == "missing":
        return Problem(field, "is missing: add it")
    if entry["type"] == "model_type" and entry["ctx"]["class_name"] == SecretReference.__name__:
        return Problem(field, "no secret may stand here: name its place, env: VARIABLE or file: PATH")
    return Problem(field, entry["msg"].removeprefix("Value error, "))


def _name_field(location: tuple[int | str, ...], lines: dict[str, int]) -> str:
    """The field's key in the table of lines; the discriminator of a union is not part of it."""
    field = ""
    for number, part in enumerate(location):
        longer = f"{field}[{part}]" if isinstance(part, int) else f"{field}.{part}" if field else part
        if longer in lines or number == len(location) - 1:
            field = longer
    return field


def _list_keys(field: str) -> str:
    parts = [part.partition("[")[0] for part in field.split(".")[:-1]]
    place = ".".join(parts)
    model = MODELS.get(place) or MODELS.get(".".join(parts[:2]))
    return ", ".join(model.model_fields) if model else ""


def _find_repeated(configuration: Configuration) -> list[Problem]:
    problems = []
    for section, key in KEYS.items():
        names = [getattr(item, key) for item in getattr(configuration, section) or []]
        counts: Counter[str] = Counter()
        for place, name in enumerate(names):
            counts[name] += 1
            if counts[name] == 2:
                problems.append(Problem(f"{section}[{place}].{key}", f"{name} is there twice: leave one out"))
    return problems
