"""Minimal HTTP clients, and the CPU time of the servers that they query."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path


class ClientConnection:
    """One client's connection, with the minimum of HTTP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
        self.reader, self.writer, self.head = reader, writer, head

    async def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        self.writer.write(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{self.head}\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        return int(head[9:12]), await self.reader.readexactly(length)


@contextlib.asynccontextmanager
async def connect(port: int, key: str) -> AsyncIterator[ClientConnection]:
    """A connection that is closed at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    try:
        yield ClientConnection(reader, writer, f"authorization: Bearer {key}\r\n" if key else "")
    finally:
        writer.close()


def read_cpu_ns(pids: Sequence[int]) -> int:
    """CPU time of all threads of some processes so far."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(thread.read_text().split()[0])
    return total


def list_backends(postmaster: int) -> list[int]:
    """PostgreSQL's backends, one per connection."""
    return [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]


async def measure_latencies(clients: Sequence[ClientConnection], path: str, seconds: float) -> list[float]:
    """The latency of each response while every client repeats the request."""
    waits: list[float] = []
    end = time.perf_counter() + seconds

    async def ask(client: ClientConnection) -> None:
        while (began := time.perf_counter()) < end or not waits:
            await client.get(path)
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*map(ask, clients))
    return waits


def compute_quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
