"""Whether the files of the dbt project are those that were parsed: a digest of them all and of its fields."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from causeloop_pipeline.model.issue import EDITABLE_TEXTS

SUFFIXES = (".sql", ".yml", ".csv")
FileState = tuple[str, int, int, int]
"""Path, size, and when its content and the file itself were last changed."""


def hash_project(folder: Path) -> str:
    """A digest of dbt's version, the fields and all files; those read before are not read again."""
    return _hash_files(folder, tuple(sorted(_list_files(folder))))


@lru_cache(maxsize=2)
def _hash_files(folder: Path, files: tuple[FileState, ...]) -> str:
    digest = hashlib.sha256(" ".join((version("dbt-core"), *EDITABLE_TEXTS)).encode())
    for path in sorted(Path(path) for path, *_ in files):
        name = path.relative_to(folder).as_posix()
        digest.update(f"\0{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _list_files(folder: Path) -> Iterator[FileState]:
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(SUFFIXES):
                path = os.path.join(parent, name)
                state = os.stat(path)
                yield path, state.st_size, state.st_mtime_ns, state.st_ctime_ns
