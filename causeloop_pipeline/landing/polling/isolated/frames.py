"""Messages between the reading process and the one that started it: a length, and JSON of that length."""

import json
from collections.abc import Mapping
from typing import IO, Any

MAX_FRAME_BYTES = 64_000_000
HEADER_BYTES = 8


class FrameError(ValueError):
    """A message is too large, or was cut off."""


def write_frame(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    """Write a message; FrameError where it is too large to be read."""
    frame = json.dumps(message, ensure_ascii=False).encode(errors="surrogatepass")
    if len(frame) > MAX_FRAME_BYTES:
        raise FrameError
    stream.write(len(frame).to_bytes(HEADER_BYTES, "big") + frame)
    stream.flush()


def read_frame(stream: IO[bytes]) -> dict[str, Any]:
    """Read a message; FrameError where the stream ended within it or before it."""
    header = stream.read(HEADER_BYTES)
    size = int.from_bytes(header, "big")
    frame = stream.read(size) if len(header) == HEADER_BYTES and size <= MAX_FRAME_BYTES else b""
    if not frame or len(frame) < size:
        raise FrameError
    return dict(json.loads(frame))
