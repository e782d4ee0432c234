"""A folder of this machine: only plain files in it, reached step by step without following any link."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import BinaryIO

from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.files.content import guard_content
from causeloop_pipeline.landing.polling.files.places import FoundFile

MAX_DEPTH = 8
MAX_FILES = 100_000
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe must not be waited for


class LocalFolder:
    """The folder that an operator has given a workspace, or a part of it."""

    def __init__(self, root: str, prefix: str, settle: timedelta) -> None:
        self._root, self._steps = root, [step for step in prefix.split("/") if step]
        self.settle = settle

    def list_files(self) -> Iterator[FoundFile]:
        """Every plain file below the folder; links, pipes and devices are not there."""
        with self._open_folder(self._steps) as folder:
            for count, file in enumerate(self._walk(folder, ())):
                if count >= MAX_FILES:
                    raise PermanentFailure(
                        f"the drop folder holds more than {MAX_FILES:,} files: move old ones away"
                    )
                yield file

    def open_file(self, name: str) -> BinaryIO:
        """A file's content; the way to it is checked again."""
        *steps, last = name.split("/")
        with self._open_folder([*self._steps, *steps]) as folder:
            try:
                descriptor = os.open(last, FILE_FLAGS, dir_fd=folder)
            except OSError as error:
                raise _describe_failure(name, error) from None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise TransientFailure(f"{name} is no longer a plain file")
        return guard_content(os.fdopen(descriptor, "rb", 0), partial(_describe_failure, name))

    def _walk(self, folder: int, steps: tuple[str, ...]) -> Iterator[FoundFile]:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False) and len(steps) < MAX_DEPTH:
                    with _open_step(folder, entry.name) as inner:
                        yield from self._walk(inner, (*steps, entry.name))
                elif entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    # The time of its entry, which no program can set: a file that is moved in counts as new.
                    changed_at = datetime.fromtimestamp(status.st_ctime, UTC)
                    yield FoundFile(changed_at, "/".join((*steps, entry.name)), status.st_size)

    @contextmanager
    def _open_folder(self, steps: list[str]) -> Iterator[int]:
        try:
            descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise PermanentFailure(
                f"the drop folder {self._root} cannot be read on this machine: {error.strerror}"
            ) from None
        try:
            for step in steps:
                with _open_step(descriptor, step) as inner:
                    descriptor, before = os.dup(inner), descriptor
                os.close(before)
            yield descriptor
        finally:
            os.close(descriptor)


@contextmanager
def _open_step(folder: int, name: str) -> Iterator[int]:
    """A folder in a folder; neither a link nor a step upwards."""
    if name in {"", ".", ".."}:
        raise PermanentFailure(f"{name!r} leads out of the drop folder: name a folder in it")
    try:
        descriptor = os.open(name, FOLDER_FLAGS, dir_fd=folder)
    except OSError as error:
        raise PermanentFailure(f"there is no folder {name!r} in the drop folder: {error.strerror}") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _describe_failure(name: str, error: Exception) -> TransientFailure:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return TransientFailure(f"{name} cannot be read: {reason}")
