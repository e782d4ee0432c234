"""Bodies that come slowly or not at all."""

import logging
import queue
import socket
from collections.abc import Iterator
from logging.handlers import QueueHandler
from urllib.parse import urlsplit

import pytest

from api.http import middleware
from tests.api.sample import Sample


@pytest.fixture
def connection(api_url: str, sample: Sample) -> Iterator[socket.socket]:
    """A connection on which half a body was sent."""
    parts = urlsplit(api_url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30) as connected:
        connected.sendall(
            b"POST /v1/issues HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer " + sample.credentials["analyst"].encode() + b"\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        yield connected


def test_half_a_body_does_not_keep_a_request_open(
    connection: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MAX_SECONDS_BETWEEN_PARTS", 0.1)
    connection.sendall(b" ")

    assert b" 408 " in connection.recv(100)


def test_a_broken_off_upload_is_not_an_unexpected_failure(
    connection: socket.socket, api_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    logged: queue.Queue[logging.LogRecord] = queue.Queue()
    handler = QueueHandler(logged)
    caplog.set_level(logging.INFO, logger="causeloop.api")
    logging.getLogger("causeloop.api").addHandler(handler)
    connection.shutdown(socket.SHUT_RDWR)
    first = logged.get(timeout=30)
    logging.getLogger("causeloop.api").removeHandler(handler)

    assert "was broken off by the client" in first.getMessage()
    assert first.levelno == logging.INFO
