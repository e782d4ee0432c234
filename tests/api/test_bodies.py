"""What the OpenAPI document says of a body is what is taken: no text or truth value for a number."""

from collections.abc import Iterator
from typing import Any

from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample

NUMBERS = {"integer", "number"}
BY_ANOTHER_RULE = {"cursor", "timezone", "written"}
"""Texts of an earlier answer, of a list with a code of its own, and in a language of their own."""


def list_numbers(contract: Contract) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(method, path, field, schema of the field) of every number or truth value in a body of JSON."""
    return [each for each in list_fields(contract) if _list_kinds(each[3]) & {*NUMBERS, "boolean"}]


def list_fields(contract: Contract) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(method, path, field, schema of the field) of every field of a body of JSON."""
    for method, _, path, operation in contract.operations:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        schema = contract.document["components"]["schemas"].get(name, {})
        for field, each in schema.get("properties", {}).items():
            yield method, path, field, each


def test_a_number_is_not_a_truth_value_and_neither_is_a_text(
    contract: Contract, client: Client, sample: Sample
) -> None:
    api, fields = client(sample.credentials["owner"]), list_numbers(contract)
    complaints = {}
    for method, path, field, schema in fields:
        kinds = _list_kinds(schema)
        for wrong in ("1", 1 if "boolean" in kinds else True):
            response = api.request(method, path.format_map(_Ids(sample)), json={field: wrong})
            pointers = [each["pointer"] for each in response.json().get("errors", [])]
            complaints[(method, path, field, repr(wrong))] = f"/{field}" in pointers

    assert len(fields) > 15
    assert [key for key, is_named in complaints.items() if not is_named] == []


def test_a_whole_number_may_be_written_with_a_point(
    contract: Contract, client: Client, sample: Sample
) -> None:
    api, refused = client(sample.credentials["owner"]), []
    whole = [each for each in list_numbers(contract) if "integer" in _list_kinds(each[3])]
    for method, path, field, schema in whole:
        value = float(_choose_number(schema))
        body = {field: value, "no_such_field": 1}  # so that nothing is changed
        response = api.request(method, path.format_map(_Ids(sample)), json=body)
        pointers = [each["pointer"] for each in response.json()["errors"]]
        refused += [(method, path, field)] if f"/{field}" in pointers else []

    assert len(whole) > 8
    assert refused == []


def test_what_may_be_blank_by_the_document_is_taken_blank(
    contract: Contract, client: Client, sample: Sample
) -> None:
    api, refused = client(sample.credentials["owner"]), []
    bodies, queries = list(list_free_texts(contract)), list(list_free_queries(contract))
    for method, path, field in bodies:
        body = {field: "\r", "no_such_field": 1}
        response = api.request(method, path.format_map(_Ids(sample)), json=body)
        pointers = [each["pointer"] for each in response.json()["errors"]]
        refused += [(method, path, field)] if f"/{field}" in pointers else []
    for path, field in queries:
        response = api.get(path.format_map(_Ids(sample)), params={field: "\r", "no_such_field": "1"})
        errors = response.json().get("errors", []) if response.status_code == 422 else []
        pointers = [each["pointer"] for each in errors]
        refused += [("GET", path, field)] if f"/{field}" in pointers else []

    assert len(bodies) > 10
    assert len(queries) > 10
    assert refused == []


def list_free_texts(contract: Contract) -> Iterator[tuple[str, str, str]]:
    """(method, path, field) of every text in a body of which the document wants nothing but a length."""
    for method, path, field, schema in list_fields(contract):
        if field not in BY_ANOTHER_RULE and _is_free(schema):
            yield method, path, field


def list_free_queries(contract: Contract) -> Iterator[tuple[str, str]]:
    """(path, name) of every such text in a query."""
    for method, _, path, operation in contract.operations:
        for parameter in operation.get("parameters", []):
            is_read = method == "GET" and parameter["in"] == "query"
            if is_read and parameter["name"] not in BY_ANOTHER_RULE and _is_free(parameter["schema"]):
                yield path, parameter["name"]


def _is_free(schema: dict[str, Any]) -> bool:
    texts = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") == "string"]
    is_bound = any(
        name in each for each in (schema, *texts) for name in ("pattern", "format", "enum", "const")
    )
    return bool(texts) and not is_bound


def _list_kinds(schema: dict[str, Any]) -> set[Any]:
    return {kind.get("type") for kind in schema.get("anyOf", [schema]) if isinstance(kind.get("type"), str)}


def _choose_number(schema: dict[str, Any]) -> int:
    """The least number that is allowed."""
    for kind in (schema, *schema.get("anyOf", [])):
        if "enum" in kind:
            return int(kind["enum"][0])
        if "minimum" in kind:
            return int(kind["minimum"])
    return 1


class _Ids(dict[str, Any]):
    """The sample's ids by name; for any other name the id of its workspace."""

    def __init__(self, sample: Sample) -> None:
        super().__init__(sample.ids)
        self.other = sample.workspace_id

    def __missing__(self, _name: str) -> Any:
        return self.other
