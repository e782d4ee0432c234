"""A file's bytes: a place that breaks off is another failure than a file that is broken."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from causeloop_pipeline.egress.errors import OutsideFailure

BLOCK_BYTES = 256_000
Describe = Callable[[Exception], OutsideFailure]


@contextmanager
def describe_failures(describe: Describe) -> Iterator[None]:
    """Each file system has errors of its own: all of them end the sync, with a reason."""
    try:
        yield
    except (OutsideFailure, MemoryError):
        raise
    except Exception as error:
        raise describe(error) from None


class _Content(io.RawIOBase):
    """The content of another file object; an error of reading it becomes a failure of the place."""

    def __init__(self, content: Any, describe: Describe) -> None:
        self._content, self._describe = content, describe

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, as far as the place gives."""
        with describe_failures(self._describe):
            part = self._content.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the file."""
        with describe_failures(self._describe):
            return int(self._content.seek(offset, whence))

    def tell(self) -> int:
        """The place of what is read next."""
        return int(self._content.tell())

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always: a Parquet file is read from its end."""
        return True

    def close(self) -> None:
        """Close the other file object too."""
        if not self.closed:
            self._content.close()
        super().close()


def guard_content(content: Any, describe: Describe) -> BinaryIO:
    """The content, whose errors of reading are converted by the function."""
    return cast(BinaryIO, io.BufferedReader(_Content(content, describe), BLOCK_BYTES))
