"""Takes base backups and keeps the write-ahead log, by PostgreSQL's own programs."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from causeloop_pipeline.settings import copy_environment
from causeloop_pipeline.storage.backup.folder import NAME, PARTIAL, BackupError, BackupFolder

SLOT = "causeloop_backup"
END_SECONDS = 60
INHERITED = {"PATH", "HOME"}


def take_base_backup(url: str, folder: BackupFolder, binaries: Path) -> Path:
    """Copy the whole server while it runs, with its log; returns the path of the copy."""
    folder.prepare()
    draft = folder.bases / f"{datetime.now(UTC):{NAME}}{PARTIAL}"
    options = [f"--pgdata={draft}", "--checkpoint=fast", "--wal-method=stream"]
    options += ["--manifest-checksums=SHA256", "--label=causeloop"]
    _run([str(binaries / "pg_basebackup"), *options], url)
    return draft.rename(folder.bases / f"{datetime.now(UTC):{NAME}}")


@contextmanager
def receive_log(url: str, folder: BackupFolder, binaries: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Receive the log continuously until the block ends; the server keeps what was not received yet."""
    folder.prepare()
    receive = [str(binaries / "pg_receivewal"), f"--directory={folder.log}", f"--slot={SLOT}"]
    _run([*receive, "--create-slot", "--if-not-exists"], url)
    process = subprocess.Popen([*receive, "--synchronous"], env=_build_environment(url))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(END_SECONDS)


def stop_keeping_log(url: str, folder: BackupFolder, binaries: Path) -> None:
    """Drop the slot, so that the server may delete the log."""
    receive = [str(binaries / "pg_receivewal"), f"--directory={folder.log}", f"--slot={SLOT}"]
    _run([*receive, "--drop-slot"], url)


def _run(command: list[str], url: str) -> None:
    completed = subprocess.run(
        command, env=_build_environment(url), capture_output=True, text=True, check=False
    )
    if completed.returncode:
        raise BackupError(f"{Path(command[0]).name} failed: {completed.stderr.strip()[-500:]}")


def _build_environment(url: str) -> Mapping[str, str]:
    """Connection settings as environment variables, so that no password is on a command line."""
    parts = urlsplit(url)
    inherited = {
        name: value
        for name, value in copy_environment().items()
        if name.startswith("PG") or name in INHERITED
    }
    password = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    return {
        **inherited,
        **password,
        "PGHOST": parts.hostname or "127.0.0.1",
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGCONNECT_TIMEOUT": "10",
    }
