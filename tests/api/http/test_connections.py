"""Connections that wait for a request, and readers that do not read, take nobody's place."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

from api.http import connections, requests_in_progress, server_protocol
from api.http.connections import WaitingConnections, is_proxy
from api.main import create_app
from tests.api.conftest import serving

REQUEST = b"GET /health HTTP/1.1\r\nHost: api\r\n\r\n"
HALF_HEADER = b"GET /health HTTP/1.1\r\nHost: a"
HALF_BODY = (
    b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"
)
PARTS = (b"", HALF_HEADER, HALF_BODY, REQUEST)


class Connection:
    """One that tells whether it was closed."""

    is_closed = False

    def close_now(self) -> None:
        """Close it."""
        self.is_closed = True


@pytest.fixture
def served(installation: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An API that lets four connections of an address wait."""
    monkeypatch.setattr(connections, "MAX_WAITING_PER_ADDRESS", 4)
    with serving(create_app(), http=server_protocol.TimedProtocol, proxy_headers=False) as url:
        yield url


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=30)


def is_open(connected: socket.socket) -> bool:
    """Whether the server has not closed a connection."""
    connected.settimeout(0.3)
    try:
        while received := connected.recv(65_536):
            assert received
    except TimeoutError:
        return True
    except ConnectionError:
        return False
    return False


def test_of_an_address_the_connections_that_wait_longest_are_closed_whatever_they_have_sent(
    served: str,
) -> None:
    with contextlib.ExitStack() as opened:
        held = [opened.enter_context(connect(served)) for _ in range(8)]
        for connected, part in zip(held, (*PARTS, *PARTS), strict=True):
            connected.sendall(part)
            time.sleep(0.05)
        answer = httpx2.get(f"{served}/health")

        assert answer.status_code == 200
        assert sum(map(is_open, held)) <= 4


def test_an_address_closes_none_of_another() -> None:
    waiting, own, foreign = WaitingConnections(), [Connection() for _ in range(100)], Connection()
    waiting.add(foreign, "foreign")
    for each in own:
        waiting.add(each, "own")

    assert not foreign.is_closed
    assert [each.is_closed for each in own] == [True] * 68 + [False] * 32


def test_where_many_addresses_wait_the_one_with_most_connections_loses_its_oldest() -> None:
    waiting = WaitingConnections()
    busiest = [Connection() for _ in range(32)]
    for each in busiest:
        waiting.add(each, "busiest")
    for number in range(connections.MAX_WAITING):
        waiting.add(Connection(), number)

    assert busiest[0].is_closed
    assert waiting.total == connections.MAX_WAITING


@pytest.mark.parametrize(
    ("address", "trusted", "expected"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "192.168.0.1, 10.0.0.0/8", True),
        ("10.0.0.1", ["10.0.0.1"], True),
        ("10.0.0.1", "*", True),
        ("10.0.0.1", "", False),
        ("10.0.0.1", None, False),
        ("2001:db8::1", "10.0.0.0/8", False),
    ],
)
def test_connections_of_a_named_proxy_stand_for_many_addresses(
    address: str, trusted: str | list[str] | None, expected: bool
) -> None:
    assert is_proxy(address, trusted) is expected


def test_requests_of_one_address_leave_places_for_others_and_are_refused_where_there_are_too_many() -> None:
    in_progress = requests_in_progress.RequestsInProgress()
    ends = [in_progress.begin({"client": ("10.0.0.1", 1)}) for _ in range(128)]
    with pytest.raises(Exception, match="128 requests of your address"):
        in_progress.begin({"client": ("10.0.0.1", 2)})
    for number in range(3):
        for _ in range(128):
            in_progress.begin({"client": (f"10.0.1.{number}", 1)})
    with pytest.raises(Exception, match="too many requests are in progress"):
        in_progress.begin({"client": ("10.0.2.1", 1)})
    ends[0]()
    ends[0]()

    in_progress.begin({"client": ("10.0.2.1", 1)})
    assert in_progress.by_network["10.0.0.1"] == 127


async def wait_for_refusals(in_progress: requests_in_progress.RequestsInProgress, count: int) -> int:
    """How many refusals are answered at once, and all the others later."""
    refusals = [asyncio.ensure_future(in_progress.delay_refusal()) for _ in range(count)]
    await asyncio.sleep(0)
    answered = sum(refusal.done() for refusal in refusals)
    await asyncio.gather(*refusals)
    return answered


def test_who_is_refused_waits_for_the_answer_unless_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests_in_progress, "REFUSAL_SECONDS", 0.01)
    in_progress = requests_in_progress.RequestsInProgress()

    assert asyncio.run(wait_for_refusals(in_progress, 600)) == 600 - requests_in_progress.MAX_WAITING_REFUSALS
    assert in_progress.waiting_refusals == 0


def test_a_reader_that_does_not_read_is_dropped(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_protocol, "MAX_SECONDS_UNREAD", 0.2)
    requests = b"GET /openapi.json HTTP/1.1\r\nHost: api\r\n\r\n"
    with connect(served) as connected:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connected.sendall(requests * 20)
        time.sleep(3)
        received, connected_until = 0, time.monotonic() + 10
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < connected_until and (part := connected.recv(1 << 20)):
                received += len(part)
        whole = len(httpx2.get(f"{served}/openapi.json", headers={"accept-encoding": "identity"}).content)

    assert received < 20 * whole
