"""Requests without a valid credential, and webhook deliveries, are limited before the database is queried."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from api.auth.address_limits import MAX_KEYS, limit_invalid_credentials
from api.http.client_network import find_network
from api.main import create_app
from tests.api.conftest import serving
from tests.api.sample import Sample
from tests.conftest import Installation


@pytest.fixture
def limited(installation: Installation) -> Iterator[httpx2.Client]:
    """An API with the limits of an installation, that refill too slowly for a busy machine to matter."""
    app = create_app()
    app.state.address_limits.per_second = app.state.delivery_limits.per_second = 0.001
    app.state.document_limits.per_second = 0.001
    with serving(app) as url, httpx2.Client(base_url=url, timeout=30) as api:
        yield api


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
    ],
)
def test_limits_count_an_ipv6_network_as_one_address(address: str, network: str) -> None:
    assert find_network(address) == network


def test_too_many_invalid_credentials_of_one_address_are_refused(
    limited: httpx2.Client, sample: Sample
) -> None:
    wrong = {"authorization": f"Bearer cl_{'0' * 32}_{'0' * 32}_{'a' * 43}"}
    key, other_key, token = (
        {"authorization": f"Bearer {sample.credentials[name]}"} for name in ("viewer", "admin", "owner token")
    )
    before = limited.get("/v1/me", headers=key)

    statuses = [limited.get("/v1/me", headers=wrong).status_code for _ in range(300)]
    refused = limited.get("/v1/me", headers=wrong)
    after = [limited.get("/v1/me", headers=who).status_code for who in (key, token, other_key)]

    assert before.status_code == 200
    assert after == [200, 200, 429]
    assert set(statuses) == {401, 429}
    assert statuses.count(429) > 150
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert int(refused.headers["retry-after"]) >= 1


def test_deliveries_to_unknown_connectors_are_limited(limited: httpx2.Client) -> None:
    statuses = {limited.post(f"/v1/webhooks/inbound/{uuid4()}", json={}).status_code for _ in range(100)}

    assert statuses == {401, 429}


def test_deliveries_to_one_connector_are_limited(limited: httpx2.Client, sample: Sample) -> None:
    path = f"/v1/webhooks/inbound/{sample.ids['tracker_id']}"

    statuses = [limited.post(path, json={}).status_code for _ in range(400)]

    assert set(statuses) == {401, 429}
    assert statuses.count(401) >= 200


def test_reads_of_the_api_document_are_limited(limited: httpx2.Client) -> None:
    statuses = [limited.get("/openapi.json").status_code for _ in range(100)]

    assert set(statuses) == {200, 429}


def test_the_memory_of_a_limit_is_bounded() -> None:
    limits = limit_invalid_credentials()
    for number in range(MAX_KEYS + 10):
        limits.take(number)

    assert len(limits.buckets) == MAX_KEYS


CREDENTIAL = f"{'0' * 32}_{'a' * 43}"
PASSWORD = {"password": "correct horse battery staple"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("invitation", {"token": f"cli_{CREDENTIAL}"}),
        ("accept", {"token": f"cli_{CREDENTIAL}", "consent": True, **PASSWORD}),
        ("confirm-address", {"token": f"cln_{CREDENTIAL}"}),
        ("password", {"token": f"clp_{CREDENTIAL}", **PASSWORD}),
        ("refresh", {"refresh_token": f"clr_{CREDENTIAL}"}),
        ("logout", {"refresh_token": f"clr_{CREDENTIAL}"}),
    ],
)
def test_guesses_of_links_and_tokens_are_limited(
    limited: httpx2.Client, path: str, body: dict[str, object]
) -> None:
    name = "token" if "token" in body else "refresh_token"
    malformed = body | {name: "not one of ours, which costs a guess too"}

    statuses = [
        limited.post(f"/v1/auth/{path}", json=guess).status_code
        for _ in range(40)
        for guess in (body, malformed)
    ]

    assert statuses[0] in {204, 401, 404}
    assert statuses[-2:] == [429, 429]
