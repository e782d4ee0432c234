"""Connectors reach the internet by the company's proxy, and accept the company's authorities."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpcore2
import httpx2
import pytest

from causeloop_pipeline.egress import transport
from causeloop_pipeline.egress.policy import EgressPolicy, NameRefused
from causeloop_pipeline.egress.proxy import Proxy
from causeloop_pipeline.egress.transport import CheckedTransport
from causeloop_pipeline.settings import settings

PUBLIC = "93.184.215.14"


class FakeProxy:
    """Answers each CONNECT by the same answer, and remembers it."""

    def __init__(self, answer: bytes) -> None:
        self.answer, self.received = answer, b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.server.getsockname()[1])

    def serve(self) -> None:
        try:
            connection, _ = self.server.accept()
        except OSError:  # nobody came before it was closed
            return
        with connection:
            self.received = connection.recv(4_096)
            connection.sendall(self.answer)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProxy]:
    listening = FakeProxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    address = f"http://ada:s%40crit@127.0.0.1:{listening.port}"  # pragma: allowlist secret
    monkeypatch.setenv("CAUSELOOP_EGRESS_PROXY", address)
    settings.cache_clear()
    yield listening
    settings.cache_clear()
    listening.server.close()


def resolve_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr("causeloop_pipeline.egress.policy._resolve", lambda _host, _port: [address])


def test_a_public_host_is_reached_by_the_proxy_which_may_refuse_it(
    proxy: FakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, PUBLIC)

    with pytest.raises(
        (httpcore2.ConnectError, httpx2.ConnectError), match=r"refused tool\.example:443: 407"
    ):
        CheckedTransport(EgressPolicy(), 5.0).handle_request(httpx2.Request("GET", "https://tool.example/"))

    encoded = base64.b64encode(b"ada:s@crit").decode()
    assert proxy.received.startswith(b"CONNECT tool.example:443 HTTP/1.1\r\n")
    assert f"Proxy-Authorization: Basic {encoded}\r\n".encode() in proxy.received


def test_a_name_of_a_private_address_never_reaches_the_proxy(
    proxy: FakeProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "10.0.0.7")

    with pytest.raises(NameRefused):
        CheckedTransport(EgressPolicy(), 5.0).handle_request(httpx2.Request("GET", "https://inside.example/"))

    assert proxy.received == b""


@pytest.mark.parametrize("address", ["https://proxy:3128", "proxy:3128", "http://proxy", "socks5://p:1"])
def test_another_kind_of_address_is_refused_with_the_form(address: str) -> None:
    with pytest.raises(ValueError, match=r"must be http://\[user:password@\]host:port"):
        Proxy.parse(address)


def test_the_companys_authorities_are_accepted_besides_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Path] = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda _, cafile: loaded.append(cafile))
    monkeypatch.setattr(httpx2, "create_ssl_context", lambda **_: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    monkeypatch.setenv("CAUSELOOP_CA_BUNDLE", str(tmp_path / "company.pem"))
    settings.cache_clear()
    transport._load_authorities.cache_clear()
    try:
        transport._load_authorities()
    finally:
        transport._load_authorities.cache_clear()
        settings.cache_clear()
    assert loaded == [tmp_path / "company.pem"]
