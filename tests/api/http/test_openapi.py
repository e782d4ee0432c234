"""The OpenAPI document describes every operation."""

import httpx2
import pytest

from api.main import create_app
from causeloop_pipeline.model.prediction import WINDOWS
from causeloop_pipeline.settings import settings
from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample

SUMMARY = "/v1/predictions/summary"


def test_the_document_is_openapi_3_1_and_has_an_explorer(api_url: str, contract: Contract) -> None:
    assert contract.document["openapi"].startswith("3.1")
    assert httpx2.get(f"{api_url}/docs").status_code == 200


def test_the_document_says_where_the_api_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "public_url", "https://causeloop.example/")

    assert [server["url"] for server in create_app().openapi()["servers"]] == ["https://causeloop.example"]


def test_every_operation_has_a_summary_a_description_and_its_errors(contract: Contract) -> None:
    for *_, path, operation in contract.operations:
        assert operation["description"], path
        assert operation["summary"], path
        if path.startswith("/v1/"):
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"])


def test_every_tag_is_described(contract: Contract) -> None:
    described = {tag["name"] for tag in contract.document["tags"]}

    assert {tag for *_, operation in contract.operations for tag in operation["tags"]} == described


def test_every_schema_except_generic_pages_is_described(contract: Contract) -> None:
    schemas = contract.document["components"]["schemas"]

    undescribed = {name for name, schema in schemas.items() if not schema.get("description")}

    assert {name for name in undescribed if not name.startswith(("Page_", "Rows_"))} == set()


def test_the_windows_of_predictions_are_enumerated(contract: Contract) -> None:
    (summary,) = [operation for *_, path, operation in contract.operations if path == SUMMARY]
    (window,) = [each for each in summary["parameters"] if each["name"] == "window_days"]

    assert window["schema"]["anyOf"][0]["enum"] == list(WINDOWS)


def test_every_list_names_its_sorts_and_takes_no_other(
    contract: Contract, client: Client, sample: Sample
) -> None:
    api, sorts = client(sample.credentials["owner"]), list_sorts(contract)
    statuses = {
        (path, sort): api.get(path.format(**sample.ids), params={"sort": sort, "limit": 1}).status_code
        for path, names in sorts.items()
        for sort in [*names, "", "password"]
    }

    assert len(sorts) > 10
    assert statuses == {
        (path, sort): 200 if sort in names else 400
        for path, names in sorts.items()
        for sort in [*names, "", "password"]
    }


def list_sorts(contract: Contract) -> dict[str, list[str]]:
    """The sorts of every list, by path."""
    return {
        path: parameter["schema"]["enum"]
        for *_, path, operation in contract.operations
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "sort"
    }
