"""What the OpenAPI document says in words: what each field means, an example of each body, an introduction.

Files beside this one hold the words, so that a field that many bodies share is described once; what the texts
of an issue mean stands in the model.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from causeloop_pipeline.model.issue import ISSUE_FIELDS

FOLDER = Path(__file__).parent


@cache
def read_texts(name: str) -> dict[str, Any]:
    """One of the YAML files."""
    texts: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return texts


def describe(document: dict[str, Any]) -> None:
    """Add the introduction, and what the models leave unsaid: descriptions of fields, examples of bodies."""
    document["info"]["description"] = (FOLDER / "introduction.md").read_text(encoding="utf-8")
    texts_of_issues = {field.name: field.description for field in ISSUE_FIELDS}
    descriptions = texts_of_issues | read_texts("field_descriptions.yaml")
    examples = read_texts("body_examples.yaml")
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for field, described in schema.get("properties", {}).items():
            _add_description(described, name, field, descriptions)
        if name in examples:
            schema["examples"] = [examples[name]]
    for operation in list_operations(document):
        for parameter in operation.get("parameters", ()):
            _add_description(parameter, operation["operationId"], parameter["name"], descriptions)


def list_operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a document."""
    for operations in document["paths"].values():
        yield from operations.values()


def _add_description(described: dict[str, Any], owner: str, field: str, texts: Mapping[str, str]) -> None:
    text = texts.get(f"{owner}.{field}") or texts.get(field)
    if text and not described.get("description"):
        described["description"] = text
