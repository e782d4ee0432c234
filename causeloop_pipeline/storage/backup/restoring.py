"""Restores the embedded server from a folder of backups to a point in time.

The previous data is moved aside, not deleted, and put back if the restore fails.
"""

import hashlib
import json
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.backup.folder import BackupError, BackupFolder
from causeloop_pipeline.storage.database.isolation_gate import IsolationError, require_isolation
from causeloop_pipeline.storage.embedded.installation import start_embedded, stop_embedded
from causeloop_pipeline.storage.embedded.leftovers import is_postmaster_alive
from causeloop_pipeline.storage.embedded.postgres_server import Programs, find_programs
from causeloop_pipeline.storage.embedded.server_error import ServerError
from causeloop_pipeline.storage.embedded.socket_folder import choose_socket_dir, claim_socket_dir

START_SECONDS, SECONDS_BETWEEN_LOOKS = 3_600, 0.2
RECOVERY = """
restore_command = 'cp "{log}/%f" "%p" || cp "{log}/%f.partial" "%p"'
recovery_target_timeline = 'latest'
recovery_target_action = 'promote'
archive_mode = off
"""


def restore_backup(
    state_dir: Path, folder: BackupFolder, until: datetime | None = None, bin_dir: Path | None = None
) -> Path | None:
    """Restore a server to a point in time or the end of the log; returns the path of the previous data.

    Runs the isolation gate on what was restored, and leaves the server stopped.
    """
    directory = state_dir / "postgres"
    directory.mkdir(parents=True, exist_ok=True)
    programs = find_programs(directory, bin_dir)
    data = programs.home / "data"
    if is_postmaster_alive(data):
        raise BackupError(f"the database of {state_dir} runs: stop `causeloop up` first")
    base = folder.find_base(until)
    _verify(base)
    former = _move_aside(data)
    try:
        _recover(programs, base, folder, until)
        _set_password(programs, directory)
        start_embedded(state_dir, bin_dir)
        settings.cache_clear()
        with psycopg.connect(settings().require("database_url")) as owner:
            require_isolation(owner)
    except (ServerError, BackupError, IsolationError, psycopg.Error, OSError):
        stop_embedded(state_dir, bin_dir)
        if former:
            shutil.rmtree(data, ignore_errors=True)
            former.rename(data)
        raise
    stop_embedded(state_dir, bin_dir)
    return former


def prepare_data(folder: BackupFolder, into: Path, until: datetime | None = None) -> str:
    """Write a data folder from which a server of one's own replays the log; returns its major version.

    The folder must be new. The server's user has to own it.
    """
    if into.exists():
        raise BackupError(f"{into} is there already: name a new folder")
    base = folder.find_base(until)
    _verify(base)
    log = into.with_name(f"{into.name}.wal")
    _copy_backup(base, folder, into, log, until)
    into.chmod(0o700)
    return (into / "PG_VERSION").read_text().strip()


def _copy_backup(base: Path, folder: BackupFolder, data: Path, log: Path, until: datetime | None) -> None:
    """Copy a base backup and the log, with the settings by which a server replays it up to an instant."""
    shutil.rmtree(log, ignore_errors=True)
    shutil.copytree(base, data)
    shutil.copytree(folder.log, log)
    target = f"recovery_target_time = '{until.astimezone(UTC).isoformat(sep=' ')}'\n" if until else ""
    with (data / "postgresql.auto.conf").open("a") as configuration:
        configuration.write(RECOVERY.format(log=log) + target)
    (data / "recovery.signal").touch()


def _verify(base: Path) -> None:
    """Compare every file of a base backup with the checksum in its manifest."""
    manifest = json.loads((base / "backup_manifest").read_text())
    for entry in manifest["Files"]:
        path = base / entry["Path"]
        if not path.is_file() or path.stat().st_size != entry["Size"]:
            raise BackupError(f"{base} is damaged: {entry['Path']} is missing or has another size")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != entry["Checksum"]:
                raise BackupError(f"{base} is damaged: {entry['Path']} is not what its checksum says")


def _move_aside(data: Path) -> Path | None:
    if not (data / "PG_VERSION").exists():
        return None
    return data.rename(data.with_name(f"data.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"))


def _recover(programs: Programs, base: Path, folder: BackupFolder, until: datetime | None) -> None:
    """Copy a base backup, and let PostgreSQL replay the log up to the point in time."""
    data, log = programs.home / "data", programs.home / "restored-wal"
    _copy_backup(base, folder, data, log, until)
    _give_to_server(programs, data, log)
    socket_dir = choose_socket_dir(programs.home, os.getpid())
    claim_socket_dir(socket_dir, programs.user)
    options = f"-c listen_addresses='' -c unix_socket_directories={socket_dir} -c max_connections=200"
    try:
        programs.run(
            "pg_ctl",
            "-D",
            data,
            "-l",
            programs.home / "restore.log",
            "-o",
            options,
            "-w",
            "-t",
            START_SECONDS,
            "start",
        )
        _await_promotion(programs, data)
    except ServerError as failure:
        raise BackupError(_explain(programs, failure)) from None
    programs.run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
    _drop_recovery_settings(data)
    shutil.rmtree(log)
    if socket_dir.parent != programs.home:
        shutil.rmtree(socket_dir)


def _await_promotion(programs: Programs, data: Path) -> None:
    """Wait until the log is replayed and the server takes writes."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        command = [str(programs.binaries / "pg_controldata"), str(data)]
        state = subprocess.run(
            command, capture_output=True, text=True, check=False, env={"LC_ALL": "C"}
        ).stdout
        if "in production" in state:
            return
        if not (data / "postmaster.pid").exists():
            raise ServerError("the server ended while it replayed the log")
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise ServerError("the log was not replayed in an hour")


def _explain(programs: Programs, failure: ServerError) -> str:
    log = programs.home / "restore.log"
    text = log.read_text(errors="replace") if log.exists() else ""
    if "recovery ended before configured recovery target was reached" in text:
        return "the backup ends before that time: choose an earlier one, or none for its end"
    return f"{failure}; the end of {log}: {text[-500:]}"


def _drop_recovery_settings(data: Path) -> None:
    path = data / "postgresql.auto.conf"
    lines = path.read_text().splitlines(keepends=True)
    ours = ("restore_command", "recovery_target", "archive_mode")
    path.write_text("".join(line for line in lines if not line.startswith(ours)))


def _set_password(programs: Programs, directory: Path) -> None:
    """Set the superuser's password to this state folder's: the backup may come from another one."""
    path = directory / "superuser.password"
    if not path.exists():
        return
    statement = f"alter role postgres password '{path.read_text().strip()}';\n"
    completed = subprocess.run(
        [str(programs.binaries / "postgres"), "--single", "-D", str(programs.home / "data"), "postgres"],
        input=statement,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        user=programs.user.pw_uid if programs.user else None,
        group=programs.user.pw_gid if programs.user else None,
        extra_groups=[] if programs.user else None,
    )
    if completed.returncode:
        raise BackupError(f"the superuser's password could not be set: {completed.stderr.strip()[-300:]}")


def _give_to_server(programs: Programs, *paths: Path) -> None:
    if programs.user is None:
        return
    for path in paths:
        for entry in (path, *path.rglob("*")):
            os.chown(entry, programs.user.pw_uid, programs.user.pw_gid, follow_symlinks=False)
        path.chmod(0o700)
