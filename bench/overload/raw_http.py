"""HTTP with nothing in the way: requests as bytes, half requests, and answers that nobody reads."""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ANSWER_SECONDS = 60.0
END = b"\r\n\r\n"


@dataclass(frozen=True)
class RawRequest:
    """A request as it is sent."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    credential: str = field(default="", repr=False)

    @property
    def head(self) -> bytes:
        """Request line and headers."""
        headers = {"Host": "localhost", "Connection": "close", **self.headers}
        if self.credential:
            headers["Authorization"] = f"Bearer {self.credential}"
        if self.method not in {"GET", "DELETE"}:
            headers = {"Content-Type": "application/json", "Content-Length": str(len(self.body)), **headers}
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join(lines).encode() + END


def write_json(document: Any) -> bytes:
    """A document as a body."""
    return json.dumps(document, separators=(",", ":")).encode()


async def send(port: int, request: RawRequest, address: str = "127.0.0.1") -> tuple[int, float]:
    """Status and seconds of a request on a connection of its own, from an address; status 0: no answer."""
    started, writer = time.perf_counter(), None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, limit=1 << 20, local_addr=(address, 0)
            )
            writer.write(request.head + request.body)
            answer = await reader.read(-1)
    except (OSError, TimeoutError):
        answer = b""
    finally:
        if writer is not None:
            writer.close()
    status = int(answer[9:12]) if answer[9:12].isdigit() else 0
    return status, time.perf_counter() - started


@contextlib.contextmanager
def hold_connections() -> Iterator[list[asyncio.StreamWriter]]:
    """A list of connections that are closed at the end."""
    held: list[asyncio.StreamWriter] = []
    try:
        yield held
    finally:
        for writer in held:
            writer.transport.abort()


async def open_and_send(port: int, sent: bytes, held: list[asyncio.StreamWriter]) -> None:
    """Open a connection, send a part of a request, and never read."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        held.append(writer)
        transport = writer.transport
        if isinstance(transport, asyncio.ReadTransport):
            transport.pause_reading()
        del reader
        writer.write(sent)
