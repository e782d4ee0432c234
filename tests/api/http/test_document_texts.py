"""What the OpenAPI document says in words is complete, true and not left over."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from api.http.document_texts import list_operations, read_texts
from api.main import create_app, load_routers

FIELDS, EXAMPLES = "field_descriptions.yaml", "body_examples.yaml"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document of the API."""
    return create_app().openapi()


def list_fields(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            yield name, field, described
    for operation in list_operations(document):
        for parameter in operation.get("parameters", ()):
            yield operation["operationId"], parameter["name"], parameter


def test_every_field_and_parameter_is_described(document: dict[str, Any]) -> None:
    silent = [
        f"{owner}.{name}" for owner, name, field in list_fields(document) if not field.get("description")
    ]

    assert silent == []


def test_no_description_is_left_of_a_field_that_is_gone(document: dict[str, Any]) -> None:
    fields = {text for owner, name, _ in list_fields(document) for text in (name, f"{owner}.{name}")}

    assert set(read_texts(FIELDS)) - fields == set()


def test_every_json_body_has_an_example_and_no_example_is_left_over(document: dict[str, Any]) -> None:
    bodies = {
        content["schema"]["$ref"].rpartition("/")[2]
        for operation in list_operations(document)
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and "$ref" in content["schema"]
    }

    assert set(read_texts(EXAMPLES)) == bodies


def test_the_api_reads_every_example() -> None:
    read, refused = set(), []
    for router in load_routers():
        for route in router.routes:
            if not isinstance(route, APIRoute) or route.body_field is None:
                continue
            model: Any = route.body_field.field_info.annotation
            name = getattr(model, "__name__", "")
            if name not in read_texts(EXAMPLES):
                continue
            read.add(name)
            try:
                TypeAdapter(model).validate_python(read_texts(EXAMPLES)[name])
            except ValidationError as error:
                refused.append(f"{name}: {error}")

    assert refused == []
    assert len(read) > 40


def test_nothing_in_the_document_refers_to_what_it_does_not_hold(document: dict[str, Any]) -> None:
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert set(list_references(document)) - schemas == set()


def list_references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from list_references(each)
