"""Connections on which no request arrives are closed."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from api.__main__ import main
from api.http import server_protocol
from api.main import create_app
from causeloop_pipeline.settings import ROOT, settings
from tests.api.conftest import serving
from tests.conftest import Installation

REQUEST = b"GET /health HTTP/1.1\r\nHost: api\r\n\r\n"


@pytest.fixture
def connection(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A connection to an API that waits only a moment for a request."""
    monkeypatch.setattr(server_protocol, "MAX_SECONDS_TO_REQUEST", 0.2)
    with connecting() as connected:
        yield connected


@contextlib.contextmanager
def connecting() -> Iterator[socket.socket]:
    """A connection to an API with this protocol."""
    with serving(create_app(), http=server_protocol.TimedProtocol) as url:
        parts = urlsplit(url)
        address = (str(parts.hostname), int(parts.port or 0))
        with socket.create_connection(address, timeout=30) as connected:
            yield connected


@pytest.mark.parametrize(
    "sent", [b"", b"GET /health HTTP/1.1\r\nHost: a", b"GET /health HTTP/1.1\r\nX-A: 1\r\n"]
)
def test_a_connection_without_a_whole_request_is_closed(sent: bytes, connection: socket.socket) -> None:
    connection.sendall(sent)

    assert connection.recv(100) == b""


@pytest.mark.usefixtures("installation")
def test_a_header_without_end_takes_no_memory() -> None:
    with connecting() as connection:
        connection.sendall(REQUEST[:-2] + b"X-A: " + b"a" * (server_protocol.MAX_HEADER_BYTES + 1))

        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")


def test_a_whole_request_is_answered_and_half_a_second_one_is_not_waited_for(
    connection: socket.socket,
) -> None:
    connection.sendall(REQUEST)
    answer = connection.recv(10_000)
    while b'{"status":"ok"}' not in answer:
        answer += connection.recv(10_000)
    connection.sendall(REQUEST[:20])

    assert answer.startswith(b"HTTP/1.1 200")
    assert connection.recv(100) == b""


@pytest.mark.parametrize(
    ("variables", "believed"), [({}, ""), ({"FORWARDED_ALLOW_IPS": "10.0.0.7"}, "10.0.0.7")]
)
def test_every_deployment_serves_where_the_settings_say_with_the_limits_and_believes_only_a_named_proxy(
    variables: dict[str, str], believed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **options: served.update(options))
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    addresses = {"CAUSELOOP_API_HOST": "10.1.1.1", "CAUSELOOP_API_PORT": "8123"}
    for name, value in {**variables, **addresses}.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()

    main()

    settings.cache_clear()
    assert (served["host"], served["port"]) == ("10.1.1.1", 8123)
    assert served["http"] == "api.http.server_protocol:TimedProtocol"
    assert served["forwarded_allow_ips"] == believed
    assert (served["server_header"], served["access_log"]) == (False, False)


def test_nobody_is_believed_to_come_from_another_address_unless_the_operator_names_a_proxy() -> None:
    deploy = ROOT / "deploy"

    assert "\nEnvironment=FORWARDED_ALLOW_IPS=\n" in (deploy / "systemd/causeloop-api.service").read_text()
    assert "FORWARDED_ALLOW_IPS: ${FORWARDED_ALLOW_IPS:-}\n" in (deploy / "compose.yaml").read_text()
    assert '\n  forwardedAllowIps: ""\n' in (deploy / "helm/causeloop/values.yaml").read_text()
    assert uvicorn.Config("api.main:create_app", forwarded_allow_ips="").forwarded_allow_ips == ""
