"""A listener on loopback that takes every connection to every host, and a record of what was sent to whom.

No name is looked up and nothing leaves the machine. TLS is left out, so that what is sent can be read.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpcore2
import pytest

from causeloop_pipeline.egress import transport
from causeloop_pipeline.egress.policy import EgressPolicy

END = b"\r\n\r\n"
Answer = tuple[int, dict[str, str], Any]


class Everywhere(EgressPolicy):
    """A policy that finds every host public, for what may be sent where is tested beside it."""

    def check_web(self, scheme: str, host: str, port: int) -> None:
        """Nothing is refused."""

    def addresses(self, host: str, port: int) -> list[str]:
        """The host itself: the sinkhole takes it."""
        return [host]


@dataclass
class Sinkhole:
    """What each origin received since it was last emptied, and what it answers."""

    port: int = 0
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    answer: Callable[[bytes], Answer] = lambda _: (200, {}, {})

    @property
    def origins(self) -> set[str]:
        """Host and port of everybody who received anything, and whom a request names in its Host."""
        named = {
            line[5:].strip().decode()
            for _, sent in self.sent
            for line in sent.split(b"\r\n")
            if is_host(line)
        }
        return {origin for origin, _ in self.sent} | {
            name if ":" in name else f"{name}:443" for name in named
        }


def is_host(line: bytes) -> bool:
    """Whether a line of a request is its Host."""
    return line.lower().startswith(b"host:")


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, origin: str, sinkhole: Sinkhole) -> None:
        self._stream, self._origin, self._sinkhole = stream, origin, sinkhole

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._sinkhole.sent.append((self._origin, bytes(buffer)))
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *_: Any, **__: Any) -> httpcore2.NetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@contextlib.contextmanager
def sinkhole() -> Iterator[Sinkhole]:
    """Take all connections of connectors until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    hole = Sinkhole(listener.getsockname()[1])
    threading.Thread(target=_accept, args=(listener, hole), daemon=True).start()
    connect = httpcore2.SyncBackend().connect_tcp

    def connect_here(_self: Any, host: str, port: int, timeout: float | None = None, **_: Any) -> _Stream:
        return _Stream(connect("127.0.0.1", hole.port, timeout), f"{host}:{port}", hole)

    with pytest.MonkeyPatch.context() as patched, listener:
        patched.setattr(transport._CheckedBackend, "connect_tcp", connect_here)
        yield hole


def _accept(listener: socket.socket, hole: Sinkhole) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client, contextlib.suppress(OSError):
                client.settimeout(2)
                _serve(client, hole)


def _serve(client: socket.socket, hole: Sinkhole) -> None:
    """One exchange a connection."""
    head = b""
    while END not in head:
        part = client.recv(65536)
        if not part:
            return
        head += part
    head, _, body = head.partition(END)
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += client.recv(65536)
    status, headers, document = hole.answer(head)
    content = json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", "Connection: close"]
    lines += ["Content-Type: application/json", *(f"{name}: {value}" for name, value in headers.items())]
    client.sendall("\r\n".join(lines).encode("utf-8") + END + content)
