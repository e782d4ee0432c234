"""Messages between the API and a computing process: a length, and a pickled object of that length.

Both ends are ours and run the same code: the process bounds time and memory, no more. What is large is
copied as rarely as can be: neither end ever has a message beside the objects in it.
"""

import asyncio
import io
import pickle
import socket
from collections import deque
from typing import IO, Any

HEADER_BYTES = 8
PIECE_BYTES = 262_144


class _Parts(list[bytes]):
    """What a pickler writes: large bytes as the very objects that are sent."""

    def write(self, part: Any) -> None:
        """Take a part."""
        self.append(part if isinstance(part, bytes) else bytes(part))


class _Pieces(io.RawIOBase):
    """Bytes as they arrived, which are given up as they are read."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: deque[memoryview] = deque()

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, target: Any) -> int:
        """Read as much as the first piece has."""
        if not self.waiting:
            return 0
        piece = self.waiting.popleft()
        size = min(len(piece), len(target))
        target[:size] = piece[:size]
        if size < len(piece):
            self.waiting.appendleft(piece[size:])
        return size


def pack(message: Any) -> list[bytes]:
    """A message in the parts in which it is sent, a small one in one part."""
    parts = _Parts()
    pickle.Pickler(parts, protocol=pickle.HIGHEST_PROTOCOL).dump(message)
    size = sum(map(len, parts))
    whole = [size.to_bytes(HEADER_BYTES, "big"), *parts]
    return whole if size > PIECE_BYTES else [b"".join(whole)]


def send_message(connection: socket.socket, message: Any) -> None:
    """Send a message."""
    send_parts(connection, pack(message))


def send_parts(connection: socket.socket, parts: list[bytes]) -> None:
    """Send a message that was packed."""
    for part in parts:
        connection.sendall(part)


def read_message(stream: IO[bytes]) -> Any:
    """The next message; EOFError where the other end has gone."""
    if len(stream.read(HEADER_BYTES)) < HEADER_BYTES:
        raise EOFError
    return pickle.load(stream)  # noqa: S301 - our own process wrote it


async def send(writer: asyncio.StreamWriter, message: Any) -> int:
    """Send a message from the event loop; its size."""
    parts = pack(message)
    for part in parts:
        for start in range(0, len(part), PIECE_BYTES):
            writer.write(memoryview(part)[start : start + PIECE_BYTES])
            await writer.drain()
    return sum(map(len, parts)) - HEADER_BYTES


async def receive(reader: asyncio.StreamReader) -> tuple[Any, int]:
    """The next message and its size; IncompleteReadError where the other end has gone."""
    left = size = int.from_bytes(await reader.readexactly(HEADER_BYTES), "big")
    pieces = _Pieces()
    while left:
        piece = await reader.read(min(left, PIECE_BYTES))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        pieces.waiting.append(memoryview(piece))
        left -= len(piece)
    return pickle.load(io.BufferedReader(pieces)), size  # noqa: S301 - our own process wrote it
