"""Rows of Parquet, a few at a time."""

from collections.abc import Iterator
from typing import BinaryIO

from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow

PARQUET_MAGIC = b"PAR1"
BATCH_ROWS = 100


def read_parquet(content: BinaryIO) -> Iterator[FileRow]:
    """Each row as a record of what it holds."""
    import pyarrow
    from pyarrow import parquet

    if content.read(len(PARQUET_MAGIC)) != PARQUET_MAGIC:
        raise FileContentError("it is not Parquet: it does not begin with PAR1")
    content.seek(0)
    pyarrow.set_cpu_count(1)
    number = 0
    try:
        file = parquet.ParquetFile(content)
        for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            for record in batch.to_pylist():
                number += 1
                yield FileRow(number, record)
    except pyarrow.ArrowException as error:
        raise FileContentError(f"it cannot be read as Parquet: {error}") from None
