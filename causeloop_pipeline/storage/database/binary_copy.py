"""Encodes rows of fixed width in PostgreSQL's binary COPY format, all rows at once.

A field is its length and its bytes; a field of n rows is an array of n x bytes, and rows are fields side by
side. For arrays of numbers this takes a tenth of the time of writing them as text and parsing them.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.uint8]

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
DATE_OID, DOUBLE_OID = 1082, 701
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def encode_uuids(values: Sequence[str | None]) -> Field:
    """Encode ids, of which either all or none are null."""
    if not all(values):
        return _repeat(_encode_int(-1), len(values))
    digits = "".join(str(value) for value in values).replace("-", "")
    raw = np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(len(values), 16)
    return np.concatenate([_repeat(_encode_int(16), len(values)), raw], axis=1)


def encode_same_uuid(value: UUID, size: int) -> Field:
    """Encode the same id for so many rows."""
    return _repeat(_encode_int(16) + value.bytes, size)


def encode_same_instant(value: datetime, size: int) -> Field:
    """Encode the same timestamptz for so many rows."""
    since = value - EPOCH
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return _repeat(_encode_int(8) + micros.to_bytes(8, "big", signed=True), size)


def encode_same_dates(days: Sequence[date], size: int) -> Field:
    """Encode the same date[] for so many rows."""
    numbers = np.array([[(day - EPOCH.date()).days for day in days]], ">i4")
    return np.repeat(_encode_arrays(numbers, DATE_OID), size, axis=0)


def encode_double_arrays(values: npt.NDArray[np.float64]) -> Field:
    """Encode a double precision[] for each row, of rows x elements."""
    return _encode_arrays(values.astype(">f8"), DOUBLE_OID)


def encode_rows(fields: Sequence[Field]) -> bytes:
    """Encode the rows of these fields for COPY … FROM STDIN (FORMAT binary)."""
    count = _repeat(len(fields).to_bytes(2, "big"), len(fields[0]))
    return SIGNATURE + np.concatenate([count, *fields], axis=1).tobytes() + END


def _encode_arrays(values: npt.NDArray[np.generic], oid: int) -> Field:
    size, length = values.shape
    width = values.dtype.itemsize
    header = b"".join(map(_encode_int, (20 + length * (4 + width), 1, 0, oid, length, 1)))
    elements = np.empty((size, length, 4 + width), np.uint8)
    elements[:, :, :4] = np.frombuffer(_encode_int(width), np.uint8)
    elements[:, :, 4:] = np.ascontiguousarray(values).view(np.uint8).reshape(size, length, width)
    return np.concatenate([_repeat(header, size), elements.reshape(size, -1)], axis=1)


def _encode_int(value: int) -> bytes:
    return value.to_bytes(4, "big", signed=True)


def _repeat(raw: bytes, size: int) -> Field:
    return np.broadcast_to(np.frombuffer(raw, np.uint8), (size, len(raw)))
