"""A folder of backups: base backups by completion time, and the write-ahead log since then."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

NAME = "%Y%m%dT%H%M%S.%fZ"
PARTIAL = ".partial"


class BackupError(RuntimeError):
    """A backup cannot be taken or restored; the message says what to do."""


@dataclass(frozen=True)
class BackupFolder:
    """A folder of backups."""

    path: Path

    @property
    def bases(self) -> Path:
        """The base backups."""
        return self.path / "base"

    @property
    def log(self) -> Path:
        """The write-ahead log."""
        return self.path / "wal"

    def prepare(self) -> None:
        """Create the folders, accessible to their owner only, because a backup holds everything."""
        for folder in (self.path, self.bases, self.log):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for leftover in self.bases.glob(f"*{PARTIAL}"):
            shutil.rmtree(leftover)

    def list_bases(self) -> dict[datetime, Path]:
        """The complete base backups, oldest first."""
        complete = (path for path in self.bases.glob("*Z") if path.is_dir())
        return {datetime.strptime(path.name, NAME).replace(tzinfo=UTC): path for path in sorted(complete)}

    def find_base(self, until: datetime | None) -> Path:
        """The last base backup that was complete before a point in time."""
        bases = self.list_bases()
        usable = [path for at, path in bases.items() if until is None or at <= until]
        if not usable:
            since = f"; the first is of {next(iter(bases)):%Y-%m-%d %H:%M:%S} UTC" if bases else ""
            raise BackupError(f"{self.path} has no base backup from before that time{since}")
        return usable[-1]
