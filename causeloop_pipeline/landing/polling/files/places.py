"""Where files are: what each is, and which of them are still to be read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, Protocol

OVERLAP = timedelta(minutes=2)
"""Files of one moment may become visible after one another."""
MAX_REMEMBERED = 2_000
UNFINISHED_ENDINGS = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")


@dataclass(frozen=True, order=True)
class FoundFile:
    """A file in the order in which files are read."""

    changed_at: datetime
    name: str
    size: int

    @property
    def version(self) -> str:
        """What changes whenever its content does."""
        return f"{self.changed_at.isoformat()}/{self.size}"


class Place(Protocol):
    """A folder or a bucket."""

    settle: timedelta
    """How long a file must have been left alone before it is read."""

    def list_files(self) -> Iterator[FoundFile]:
        """Every file in it, in any order."""

    def open_file(self, name: str) -> BinaryIO:
        """The content of a file; OutsideFailure where the place, not the file, keeps it from being read."""


def is_finished_name(name: str) -> bool:
    """Whether a name says that its file is complete and meant to be read."""
    parts = name.split("/")
    return not any(part.startswith((".", "_")) for part in parts) and not parts[-1].endswith(
        UNFINISHED_ENDINGS
    )


def choose_files(
    files: Iterable[FoundFile], cursor: Mapping[str, Any], backfill_from: datetime
) -> list[FoundFile]:
    """What arrived or changed since the cursor, the oldest first."""
    remembered = cursor.get("recent", {})
    part = cursor.get("part") or {}
    reached = (datetime.fromisoformat(cursor["at"]), str(cursor["name"])) if "at" in cursor else None

    def is_new(file: FoundFile) -> bool:
        if reached is None or (file.changed_at, file.name) > reached or file.name == part.get("name"):
            return True
        is_near = file.changed_at >= reached[0] - OVERLAP
        return is_near and remembered.get(file.name) != file.version

    return sorted(file for file in files if file.changed_at >= backfill_from and is_new(file))


def move_cursor_after(cursor: Mapping[str, Any], file: FoundFile) -> dict[str, Any]:
    """The cursor when a file has been read to its end."""
    before = (datetime.fromisoformat(cursor["at"]), str(cursor["name"])) if "at" in cursor else None
    at, name = max(filter(None, (before, (file.changed_at, file.name))))
    recent = {**cursor.get("recent", {}), file.name: file.version}
    near = {
        path: version
        for path, version in recent.items()
        if datetime.fromisoformat(version.rpartition("/")[0]) >= at - OVERLAP
    }
    newest = dict(sorted(near.items(), key=lambda entry: entry[1])[-MAX_REMEMBERED:])
    return {"at": at.isoformat(), "name": name, "recent": newest}


def move_cursor_within(cursor: Mapping[str, Any], file: FoundFile, rows: int) -> dict[str, Any]:
    """The cursor in the middle of a file: so many of its rows are read."""
    return {**cursor, "part": {"name": file.name, "version": file.version, "rows": rows}}


def count_rows_read(cursor: Mapping[str, Any], file: FoundFile) -> int:
    """How many rows of a file were read before; of a file that has changed, none."""
    part = cursor.get("part") or {}
    is_same = part.get("name") == file.name and part.get("version") == file.version
    return int(part["rows"]) if is_same else 0
