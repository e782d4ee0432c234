"""How much a request may send, by its operation and its caller, and what a refusal costs."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from api.access.permissions import get_required_role
from api.http.bounds import (
    CALLER,
    DIRECTORY,
    MAX_ERRORS,
    MAX_NAMES,
    RECORD,
    RECORDS,
    STRANGER,
    find_bounds,
)
from api.main import create_app, load_routers
from api.operation import Operation
from tests.api.conftest import Client, serving
from tests.api.sample import Sample
from tests.conftest import Installation

LARGER = {
    "ask_seen_before",
    "attach_exposure",
    "check_connector_declaration",
    "claim_failure",
    "create_issue",
    "identify_failure",
    "ingest_batch",
    "ingest_change",
    "ingest_change_batch",
    "ingest_cloud_events",
    "ingest_event",
    "ingest_otlp_logs",
    "ingest_otlp_metrics",
    "ingest_otlp_traces",
    "store_connector_declaration",
    "understand_code_owners",
    "update_issue",
    "upload_file",
    "upload_postmortem",
}
"""Operations that take data."""


@pytest.fixture
def strict_url(installation: Installation) -> Iterator[str]:
    """An API that counts refusals of an address, as every installation does."""
    app = create_app()
    app.state.address_limits.burst, app.state.address_limits.per_second = 5, 0.001
    with serving(app) as url:
        yield url


def test_only_operations_that_take_data_take_large_bodies() -> None:
    routes = [route for router in load_routers() for route in router.routes if isinstance(route, Operation)]
    bounds = {
        route.name: find_bounds(route.endpoint, has_caller=get_required_role(route.endpoint) is not None)
        for route in routes
    }

    assert {name for name, each in bounds.items() if each not in (STRANGER, CALLER)} == LARGER
    assert all(
        bounds[route.name] == STRANGER for route in routes if get_required_role(route.endpoint) is None
    )


@pytest.mark.parametrize("path", ["/v1/auth/login", "/v1/auth/refresh", "/v1/organizations"])
def test_a_stranger_sends_little(path: str, client: Client) -> None:
    body = b'{"a":"' + b"x" * STRANGER.max_bytes + b'"}'

    response = client().post(path, content=body, headers={"content-type": "application/json"})

    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_body_is_not_read_before_its_caller_is_known(client: Client) -> None:
    response = client("nobody").post("/v1/ingest/batch", content=b"x" * 1_000_000)

    assert response.status_code == 401


def test_an_operation_that_takes_no_data_takes_no_large_body(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["owner"])
    body = {"name": "x" * CALLER.max_bytes}

    assert api.patch("/v1/workspace", json=body).status_code == 413
    assert api.post("/v1/issues", json={"title": "x", "body": "y" * CALLER.max_bytes}).status_code == 201


@pytest.mark.parametrize(
    ("path", "most"), [("/v1/ingest/events", RECORD.max_values), ("/v1/ingest/batch", RECORDS.max_values)]
)
def test_values_are_counted_before_they_are_made(
    path: str, most: int, client: Client, sample: Sample
) -> None:
    body = b'{"title":"x","events":[' + b"[]," * most + b"[]]}"

    response = client(sample.credentials["analyst"]).post(
        path, content=body, headers={"content-type": "application/json"}
    )

    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")
    assert "values" in response.json()["detail"]


def test_an_object_has_at_most_as_many_names_as_an_answer_can_wait_for(
    client: Client, sample: Sample
) -> None:
    names = {f"n{number}": 1 for number in range(MAX_NAMES + 1)}

    for body in (names, {"events": [{"title": "x", "attributes": names}]}):
        response = client(sample.credentials["admin"]).post("/v1/connector-declarations", json=body)

        assert (response.status_code, response.json()["code"]) == (400, "malformed_json")
        assert "more than 2,000 names" in response.json()["detail"]


def test_an_answer_names_at_most_twenty_invalid_fields(client: Client, sample: Sample) -> None:
    body = {f"unknown {number}": 1 for number in range(1_000)}

    response = client(sample.credentials["owner"]).post("/v1/alert-rules", json=body)

    assert response.status_code == 422
    assert len(response.json()["errors"]) == MAX_ERRORS


def test_refused_requests_of_strangers_are_counted_reads_as_well_as_writes(strict_url: str) -> None:
    sent = [
        lambda: httpx2.post(f"{strict_url}/v1/auth/login", content=b"{", headers=JSON),
        lambda: httpx2.post(f"{strict_url}/v1/auth/login", json={}),
        lambda: httpx2.post(f"{strict_url}/v1/auth/login", content=b"a=b"),
        lambda: httpx2.post(f"{strict_url}/v1/auth/login", content=b"x" * 20_000, headers=JSON),
        lambda: httpx2.get(f"{strict_url}/v1/auth/oidc", params={"workspace_id": "no id"}),
    ]

    assert [each().status_code for each in sent] == [400, 422, 415, 413, 422]
    assert {each().status_code for each in sent} == {429}


JSON = {"content-type": "application/json"}


def test_a_directory_sends_a_group_of_two_thousand_members() -> None:
    group = {"members": [{"value": "0" * 36, "display": "a person's name@example.com"} for _ in range(2_000)]}
    body = json.dumps(group).encode()

    assert len(body) < DIRECTORY.max_bytes
    assert DIRECTORY.max_values > 3 * 2_000
