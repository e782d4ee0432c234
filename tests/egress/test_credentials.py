"""Where credentials go in a request, and that reading the certificate authorities is done once."""

from typing import Any

import httpx2
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress import transport
from causeloop_pipeline.egress.authenticator import build_authenticator
from causeloop_pipeline.egress.http import Request
from causeloop_pipeline.egress.policy import EgressPolicy


def test_a_credential_of_the_form_is_in_the_body_alone() -> None:
    """UptimeRobot takes its key there: it could never be polled while the key was looked for elsewhere."""
    authenticator = build_authenticator(
        CONNECTORS["uptimerobot"],
        {"base_url": "https://api.example"},
        {"api_key": "planted &key"},
        EgressPolicy(),
    )
    request = Request("UptimeRobot", "POST", "https://api.example/v2/getMonitors", {}, b"format=json")
    sent, empty = authenticator.authorize(request), authenticator.authorize(Request("", "POST", request.url))

    assert (sent.url, sent.content) == (request.url, b"format=json&api_key=planted+%26key")
    assert empty.content == b"api_key=planted+%26key"
    assert authenticator.redact("planted &key") == "***"


def test_the_certificate_authorities_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def create_context(**options: Any) -> object:
        reads.append(options)
        return original(**options)

    original = httpx2.create_ssl_context
    monkeypatch.setattr(httpx2, "create_ssl_context", create_context)
    transport._load_authorities.cache_clear()
    for _ in range(3):
        transport.CheckedTransport(EgressPolicy()).close()

    assert reads == [{"trust_env": False}]


USER = {"username": "ada", "password": "planted password"}


@pytest.mark.parametrize(
    ("tool", "config", "entered", "expected"),
    [
        ("airflow", {"api_version": "v1"}, USER, "Basic YWRhOnBsYW50ZWQgcGFzc3dvcmQ="),
        ("airflow", {"api_version": "v2"}, {"token": "planted"}, "Bearer planted"),
        ("airflow", {"api_version": "v1"}, {"token": "planted"}, "Bearer planted"),
        ("prometheus_alertmanager", {}, USER, "Basic YWRhOnBsYW50ZWQgcGFzc3dvcmQ="),
        ("prometheus_alertmanager", {}, {}, None),
        ("prefect", {}, {}, None),
        ("dagster_plus", {}, {}, None),
    ],
)
def test_a_request_goes_the_first_way_that_the_tools_version_has_and_that_was_entered(
    tool: str, config: dict[str, Any], entered: dict[str, str], expected: str | None
) -> None:
    url = "https://tool.example"
    authenticator = build_authenticator(CONNECTORS[tool], config | {"base_url": url}, entered, EgressPolicy())
    sent = authenticator.authorize(Request(tool, "GET", url))

    assert sent.headers.get("Authorization") == expected
