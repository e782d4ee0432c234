"""A backup that follows the log restores the database as it was at any instant since it began."""

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from causeloop_pipeline.settings import settings, temporary_variables
from causeloop_pipeline.storage.backup.folder import BackupError, BackupFolder
from causeloop_pipeline.storage.backup.restoring import prepare_data, restore_backup
from causeloop_pipeline.storage.backup.taking import receive_log, stop_keeping_log, take_base_backup
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.embedded.installation import start_embedded, stop_embedded
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port, find_programs, remove_server


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state folder with a server of its own, which names it while the module lasts."""
    folder = tmp_path_factory.mktemp("backed-up")
    with temporary_variables({"CAUSELOOP_STATE_DIR": str(folder)}):
        settings.cache_clear()
        start_embedded(folder)
        settings.cache_clear()
        migrate(settings().require("database_url"))
        yield folder
        remove_server(folder / "postgres")
    settings.cache_clear()


def count_slugs() -> list[str]:
    with psycopg.connect(settings().require("database_url")) as owner:
        return [row[0] for row in owner.execute("select slug from app.organization order by slug")]


def add(owner: psycopg.Connection, slug: str) -> datetime:
    """Create an organization; an instant at which it is stored, and no later one."""
    owner.execute("insert into app.organization (slug, name) values (%s, %s)", (slug, slug))
    row = owner.execute("select clock_timestamp()").fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def list_slots(owner: psycopg.Connection) -> list[str]:
    """The replication slots, for each of which the server keeps its log."""
    return [row[0] for row in owner.execute("select slot_name from pg_replication_slots")]


def wait_until_received(process: "subprocess.Popen[bytes]", owner: psycopg.Connection) -> None:
    """Until the receiver has confirmed what is written now; bounded, and ended early if it dies."""
    row = owner.execute("select pg_current_wal_flush_lsn()").fetchone()
    assert row is not None
    for _ in range(3_000):
        assert process.poll() is None
        done = owner.execute(
            "select restart_lsn >= %s::pg_lsn from pg_replication_slots where slot_name = 'causeloop_backup'",
            row,
        ).fetchone()
        if done and done[0]:
            return
        time.sleep(0.02)
    raise AssertionError("the log was not received")


def test_two_instants_are_restored_and_tenants_stay_isolated(state_dir: Path, tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backups")
    programs = find_programs(state_dir / "postgres")
    server = start_embedded(state_dir)
    with psycopg.connect(server.url("causeloop"), autocommit=True) as owner:
        add(owner, "before-backup")
        with receive_log(server.url(), folder, programs.binaries) as process:
            base = take_base_backup(server.url(), folder, programs.binaries)
            first = add(owner, "first")
            second = add(owner, "second")
            add(owner, "third")
            wait_until_received(process, owner)
        assert list_slots(owner) == ["causeloop_backup"]
        stop_keeping_log(server.url(), folder, programs.binaries)
        assert list_slots(owner) == []
    stop_embedded(state_dir)

    restore_backup(state_dir, folder, second)
    start_embedded(state_dir)
    at_second = count_slugs()
    stop_embedded(state_dir)
    former = restore_backup(state_dir, folder, first)
    start_embedded(state_dir)
    at_first = count_slugs()
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        add(owner, "written-after-the-restore")
    stop_embedded(state_dir)

    assert list(folder.list_bases().values()) == [base]
    assert base.stat().st_mode & 0o077 == 0
    assert at_second == ["before-backup", "first", "second"]
    assert at_first == ["before-backup", "first"]
    assert former is not None
    assert (former / "PG_VERSION").exists()
    _refuse_what_cannot_be(state_dir, folder, base)


def _refuse_what_cannot_be(state_dir: Path, folder: BackupFolder, base: Path) -> None:
    start_embedded(state_dir)
    with pytest.raises(BackupError, match="stop `causeloop up` first"):
        restore_backup(state_dir, folder)
    stop_embedded(state_dir)
    with pytest.raises(BackupError, match="no base backup from before"):
        restore_backup(state_dir, folder, datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(BackupError, match="ends before that time"):
        restore_backup(state_dir, folder, datetime(2100, 1, 1, tzinfo=UTC))
    start_embedded(state_dir)
    assert "written-after-the-restore" in count_slugs()
    stop_embedded(state_dir)
    damaged = next(
        path for path in (base / "base").rglob("*") if path.is_file() and path.stat().st_size > 8_000
    )
    content = bytearray(damaged.read_bytes())
    content[4_000] ^= 1
    damaged.write_bytes(bytes(content))
    with pytest.raises(BackupError, match="is damaged"):
        restore_backup(state_dir, folder)


def test_a_server_of_ones_own_replays_the_log_from_a_written_data_folder(
    state_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, programs = (
        BackupFolder(tmp_path_factory.mktemp("external")),
        find_programs(state_dir / "postgres"),
    )
    into = (place := programs.home / "of-ones-own") / "data"
    place.mkdir()
    server, port = start_embedded(state_dir), find_free_port()
    with psycopg.connect(server.url("causeloop"), autocommit=True) as owner:
        with receive_log(server.url(), folder, programs.binaries) as process:
            take_base_backup(server.url(), folder, programs.binaries)
            wanted = add(owner, "wanted")
            add(owner, "unwanted")
            wait_until_received(process, owner)
        stop_keeping_log(server.url(), folder, programs.binaries)

    major = prepare_data(folder, into, wanted)

    with pytest.raises(BackupError, match="is there already"):
        prepare_data(folder, into)
    for path in (place, *place.rglob("*")):
        if programs.user:
            os.chown(path, programs.user.pw_uid, programs.user.pw_gid)
    options = f"-c port={port} -c max_connections=200 -c listen_addresses=127.0.0.1 "
    options += f"-c unix_socket_directories={place}"
    programs.run("pg_ctl", "-D", into, "-l", place / "log", "-o", options, "-w", "start")
    try:
        url = server.url("causeloop").replace(f":{server.port}/", f":{port}/")
        with psycopg.connect(url) as restored:
            slugs = [row[0] for row in restored.execute("select slug from app.organization")]
            assert restored.info.server_version // 10_000 == int(major)
    finally:
        programs.run("pg_ctl", "-D", into, "-m", "fast", "-w", "stop")
    assert "wanted" in slugs
    assert "unwanted" not in slugs
