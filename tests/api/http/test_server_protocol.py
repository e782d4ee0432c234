"""Connections on which no request arrives are closed."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from api.http import server_protocol
from api.main import create_app
from tests.api.conftest import serving
from tests.conftest import Installation

REQUEST = b"GET /health HTTP/1.1\r\nHost: api\r\n\r\n"


@pytest.fixture
def connection(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A connection to an API that waits only a moment for a request."""
    monkeypatch.setattr(server_protocol, "MAX_SECONDS_TO_REQUEST", 0.2)
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
