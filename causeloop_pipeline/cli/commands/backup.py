"""`causeloop backup` and `causeloop restore`: the whole database, back to any instant."""

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import psycopg
import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import FAILED, UNREACHABLE, USAGE, announce, fail, stderr
from causeloop_pipeline.settings import external_database_url, settings

if TYPE_CHECKING:
    from causeloop_pipeline.storage.backup.folder import BackupFolder

BACKUP_EXAMPLES = show_examples("backup /backups", "backup /backups --follow", "backup /backups --end-follow")
RESTORE_EXAMPLES = show_examples("restore /backups", "restore /backups --to 2026-11-26T12:00:00Z")
Folder = Annotated[Path, typer.Argument(help="Folder of backups; keep it on another disk.")]


def backup(
    folder: Folder,
    *,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Also keep all that is written from now on, until Ctrl-C."),
    ] = False,
    end_follow: Annotated[
        bool,
        typer.Option(
            "--end-follow", help="Nobody follows from now on: the server deletes what it kept for that."
        ),
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            help="A role with REPLICATION, where the database is not the embedded one; its password in "
            "PGPASSWORD or ~/.pgpass.",
        ),
    ] = None,
) -> None:
    """Copy the whole database while it runs; with --follow it can be restored to any instant since.

    A backup holds everything but the keys: keep settings.json of the state folder elsewhere, for without
    its secret_key no stored credential can be read.
    """
    from causeloop_pipeline.storage.backup.folder import BackupError, BackupFolder
    from causeloop_pipeline.storage.backup.taking import receive_log, stop_keeping_log, take_base_backup
    from causeloop_pipeline.storage.embedded.postgres_server import find_binaries
    from causeloop_pipeline.storage.embedded.server_error import ServerError

    if follow and end_follow:
        fail("--follow and --end-follow cannot be used together", USAGE)
    console, target = stderr(), BackupFolder(folder.absolute())
    for number in (signal.SIGINT, signal.SIGTERM):  # supervisors send SIGTERM
        signal.signal(number, signal.default_int_handler)
    try:
        source, binaries = url or _read_embedded_url(), find_binaries(settings().postgres_bin_dir)
        if end_follow:
            stop_keeping_log(source, target, binaries)
            announce(console, "the server no longer keeps its log; what was kept can still be restored")
            return
        if not follow:
            base = take_base_backup(source, target, binaries)
            announce(console, f"{base} can be restored; with --follow also every instant after it")
            return
        with receive_log(source, target, binaries) as receiver:
            base = take_base_backup(source, target, binaries)
            announce(console, f"{base} and every instant after it can be restored; Ctrl-C ends it")
            code = receiver.wait()
        fail(f"the log is no longer received (exit code {code}): start the command again", FAILED)
    except KeyboardInterrupt:
        announce(console, f"ended; `causeloop restore {folder}` restores to any instant until now")
    except (BackupError, ServerError, OSError) as failure:
        fail(f"no backup: {failure}", FAILED)


def restore(
    folder: Folder,
    *,
    to: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"],
            help="Instant in UTC, such as 2026-11-26T12:00:00Z; without it, the end of what was kept.",
        ),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="A new data folder for a PostgreSQL server of your own, not the embedded one."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Restore the embedded database of this state folder; `causeloop up` must not run.

    What was there is moved aside, and the isolation of tenants is checked on what was restored. With --into,
    the data folder of a server of your own is written instead, and nothing else is touched.
    """
    from causeloop_pipeline.storage.backup.folder import BackupError
    from causeloop_pipeline.storage.backup.restoring import restore_backup
    from causeloop_pipeline.storage.database.isolation_gate import IsolationError
    from causeloop_pipeline.storage.embedded.server_error import ServerError

    console, config = stderr(), settings()
    until = to.replace(tzinfo=UTC) if to else None
    if into is not None:
        _restore_into(_open(folder), into.absolute(), until)
        return
    if external_database_url():
        fail(
            "CAUSELOOP_DATABASE_URL names another server: add --into DATA_FOLDER, on that server's machine",
            USAGE,
        )
    when = f"{until:%Y-%m-%d %H:%M:%S} UTC" if until else "the end of what was kept"
    if not yes:
        typer.confirm(f"Put the database of {config.state_dir} back to {when}?", abort=True, err=True)
    try:
        former = restore_backup(config.state_dir, _open(folder), until, config.postgres_bin_dir)
    except (BackupError, ServerError, IsolationError, OSError) as failure:
        fail(f"not restored, and the database is as before: {failure}", FAILED)
    except psycopg.OperationalError as failure:
        fail(f"not restored: {failure}", UNREACHABLE)
    announce(console, f"restored to {when}; tenants are isolated; start it with `causeloop up`")
    if former:
        announce(console, f"the data from before is in {former}: delete it when all is well")


def _restore_into(folder: "BackupFolder", into: Path, until: datetime | None) -> None:
    from causeloop_pipeline.storage.backup.folder import BackupError
    from causeloop_pipeline.storage.backup.restoring import prepare_data

    try:
        major = prepare_data(folder, into, until)
    except (BackupError, OSError) as failure:
        fail(f"not restored: {failure}", FAILED)
    announce(
        stderr(),
        f"{into} is written. Stop the server, chown -R postgres: {into} {into}.wal, and start PostgreSQL "
        f"{major} on it (pg_ctl -D {into} start): it replays the log by itself. `causeloop doctor` checks "
        f"the isolation of tenants; delete {into}.wal when all is well. Where the configuration is elsewhere "
        "(Debian: /etc/postgresql), name the folder there as data_directory and start the service",
    )


def _open(folder: Path) -> "BackupFolder":
    from causeloop_pipeline.storage.backup.folder import BackupFolder

    if not folder.is_dir():
        fail(f"there is no folder {folder}", USAGE)
    return BackupFolder(folder.absolute())


def _read_embedded_url() -> str:
    """The superuser of the embedded server, which must run."""
    from causeloop_pipeline.storage.embedded.postgres_server import Server

    if external_database_url():
        fail("name a role with REPLICATION by --url", USAGE)
    directory = settings().state_dir / "postgres"
    if not (directory / "port").exists():
        fail(f"{directory} holds no database: start `causeloop up` first", USAGE)
    port, password = ((directory / name).read_text().strip() for name in ("port", "superuser.password"))
    return Server(directory, int(port), password).url()
