"""Reads a low-code manifest: references put in their place, parameters handed down, code refused.

Source: the low-code reference of the Airbyte CDK (https://docs.airbyte.com/connector-development/config-based).
"""

import re
from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.connectors.declared.problems import DeclarationError, Problem
from causeloop_pipeline.connectors.declared.yaml_text import read_yaml

MAX_MANIFEST_BYTES, MAX_MANIFEST_NODES, MAX_MANIFEST_DEPTH = 2_000_000, 100_000, 80
MAX_VALUES, MAX_REFERENCES = 200_000, 30
PARAMETER = re.compile(r"\{\{\s*parameters(?:\.(\w+)|\[['\"](\w+)['\"]\])\s*\}\}")
PARAMETERS, REFERENCE = "$parameters", "$ref"
NOT_RUN = frozenset({"schema_loader", "schemas", "spec", "metadata"})
"""Parts that describe records and forms, and whose keys are the tool's own words."""


def read_manifest(text: str) -> dict[str, Any]:
    """The manifest with every reference in its place; DeclarationError where it holds code or is none."""
    document, lines = read_yaml(text, MAX_MANIFEST_BYTES, MAX_MANIFEST_NODES, MAX_MANIFEST_DEPTH)
    if not isinstance(document, dict) or not isinstance(document.get("streams"), list):
        raise DeclarationError([Problem("", "no low-code manifest: it has no list of streams")])
    try:
        _refuse_code(document, "")
        resolver = Resolver(document)
        streams = [resolver.resolve(stream, {}) for stream in document["streams"]]
    except DeclarationError as error:
        raise error.with_lines(lines) from None
    return {**document, "streams": [stream for stream in streams if isinstance(stream, dict)]}


class Resolver:
    """Puts references in their place, up to a size: references to references can grow without end."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.count = 0

    def resolve(self, value: Any, parameters: Mapping[str, Any], depth: int = 0) -> Any:
        """The value without references, its texts filled with the parameters of what holds it."""
        self.count += 1
        if self.count > MAX_VALUES or depth > MAX_MANIFEST_DEPTH:
            raise DeclarationError([Problem("", "its references grow without end: write them out")])
        if isinstance(value, str) and value.startswith("#/"):
            return self.resolve(self._find(value), parameters, depth + 1)
        if isinstance(value, str):
            return PARAMETER.sub(lambda match: str(parameters.get(match[1] or match[2], "")), value)
        if isinstance(value, list):
            return [self.resolve(entry, parameters, depth + 1) for entry in value]
        if not isinstance(value, dict):
            return value
        if REFERENCE in value:
            value = {
                **self._find(str(value[REFERENCE])),
                **{k: v for k, v in value.items() if k != REFERENCE},
            }
            return self.resolve(value, parameters, depth + 1)
        handed = value.get(PARAMETERS)
        parameters = {**parameters, **handed} if isinstance(handed, dict) else parameters
        resolved = {
            key: self.resolve(entry, parameters, depth + 1)
            for key, entry in value.items()
            if key != PARAMETERS and key not in NOT_RUN
        }
        is_component = "type" in resolved or isinstance(handed, dict)
        return {**resolved, PARAMETERS: dict(parameters)} if is_component else resolved

    def _find(self, reference: str) -> Any:
        value: Any = self.document
        for step in reference.removeprefix("#/").split("/"):
            value = value.get(step) if isinstance(value, dict) else None
        if not isinstance(value, dict):
            raise DeclarationError([Problem(reference[:100], "the reference leads nowhere: fix it")])
        return value


def _refuse_code(value: Any, place: str) -> None:
    if isinstance(value, dict):
        kind = str(value.get("type", ""))
        if "class_name" in value or kind.startswith("Custom"):
            name = str(value.get("class_name") or kind)[:80]
            detail = f"is code ({name}), which is not run: declare this connector by hand"
            raise DeclarationError([Problem(place, detail)])
        for key in value.keys() - NOT_RUN:
            _refuse_code(value[key], f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            _refuse_code(entry, f"{place}[{number}]")
