"""What the OpenAPI document says of a body is what is taken: no text or truth value for a number."""

from typing import Any

from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample

NUMBERS = {"integer", "number"}


def list_numbers(contract: Contract) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(method, path, field, schema of the body) of every number or truth value in a body of JSON."""
    numbers = []
    for method, _, path, operation in contract.operations:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        schema = contract.document["components"]["schemas"].get(name, {})
        for field, each in schema.get("properties", {}).items():
            kinds = {
                kind.get("type") for kind in each.get("anyOf", [each]) if isinstance(kind.get("type"), str)
            }
            if kinds & NUMBERS or "boolean" in kinds:
                numbers.append((method, path, field, each))
    return numbers


def test_a_number_is_not_a_truth_value_and_neither_is_a_text(
    contract: Contract, client: Client, sample: Sample
) -> None:
    api, fields = client(sample.credentials["owner"]), list_numbers(contract)
    complaints = {}
    for method, path, field, schema in fields:
        kinds = {kind.get("type") for kind in schema.get("anyOf", [schema])}
        for wrong in ("1", 1 if "boolean" in kinds else True):
            response = api.request(method, path.format_map(_Ids(sample)), json={field: wrong})
            pointers = [each["pointer"] for each in response.json().get("errors", [])]
            complaints[(method, path, field, repr(wrong))] = f"/{field}" in pointers

    assert len(fields) > 15
    assert [key for key, is_named in complaints.items() if not is_named] == []


class _Ids(dict[str, Any]):
    """The sample's ids by name; for any other name the id of its workspace."""

    def __init__(self, sample: Sample) -> None:
        super().__init__(sample.ids)
        self.other = sample.workspace_id

    def __missing__(self, _name: str) -> Any:
        return self.other
