"""Messages between the API and a computing process: a length, and a pickled object of that length.

Both ends are ours and run the same code: the process bounds time and memory, no more.
"""

import pickle
from typing import IO, Any

HEADER_BYTES = 8


def pack(message: Any) -> bytes:
    """A message as it is sent."""
    frame = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(frame).to_bytes(HEADER_BYTES, "big") + frame


def unpack(frame: bytes) -> Any:
    """The message in a frame."""
    return pickle.loads(frame)  # noqa: S301 - our own process wrote it


def read_size(header: bytes) -> int:
    """The length of the frame that follows."""
    return int.from_bytes(header, "big")


def read_message(stream: IO[bytes]) -> Any:
    """The next message; EOFError where the other end has gone."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        raise EOFError
    return unpack(stream.read(read_size(header)))
