"""One part of a table as parquet, uncompressed, so that a reader allocates no more than the file's size.

Dictionaries and compression inside parquet would let a small file expand without bound; the zip around it
compresses as well, and its sizes are checked.
"""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from causeloop_pipeline.storage.archive.contents import ArchivedColumn
from causeloop_pipeline.storage.archive.manifest import MAX_ROWS_PER_PART

ARROW_TYPES = {
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "double": pa.float64(),
    "binary": pa.binary(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "string": pa.string(),
}
PLAIN_ENCODINGS = {"PLAIN", "RLE"}
ROWS_PER_BATCH = 1_000


class ArchiveError(ValueError):
    """An invalid or modified archive; the message says what is wrong."""


def write_part(columns: Sequence[ArchivedColumn], rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows as a parquet file."""
    arrays = [
        pa.array([_to_arrow(row[position]) for row in rows], type=ARROW_TYPES[column.kind])
        for position, column in enumerate(columns)
    ]
    table = pa.Table.from_arrays(arrays, names=[column.name for column in columns])
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="none", use_dictionary=False, write_statistics=False)
    return buffer.getvalue()


def read_part(content: bytes, columns: Sequence[ArchivedColumn], rows: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a parquet file; raises ArchiveError where it is not what the manifest says."""
    try:
        file = pq.ParquetFile(io.BytesIO(content), memory_map=False)
        _check_plain(file, columns, rows)
        for batch in file.iter_batches(batch_size=ROWS_PER_BATCH):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    except (pa.ArrowException, OSError, MemoryError) as failure:
        raise ArchiveError(f"a part cannot be read as parquet: {str(failure)[:200]}") from None


def _check_plain(file: pq.ParquetFile, columns: Sequence[ArchivedColumn], rows: int) -> None:
    if file.metadata.num_rows != rows or rows > MAX_ROWS_PER_PART:
        raise ArchiveError(f"a part has {file.metadata.num_rows} rows, and its manifest says {rows}")
    expected = pa.schema([(column.name, ARROW_TYPES[column.kind]) for column in columns])
    if not file.schema_arrow.equals(expected, check_metadata=False):
        raise ArchiveError("a part has other columns than its manifest says")
    for group in range(file.metadata.num_row_groups):
        for position in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(position)
            if chunk.compression != "UNCOMPRESSED" or not set(chunk.encodings) <= PLAIN_ENCODINGS:
                raise ArchiveError("a part is compressed inside: archives of Causeloop are not")


def _to_arrow(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
