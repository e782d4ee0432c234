"""Restores a backup taken under writes to random instants: `python -m bench.chaos.restores [--count N]`.

The backup is taken by a role that may replicate and nothing else. Goals: at each instant all that was
committed before it is there and nothing that began after it, tenants are isolated, and writes succeed.
"""

import argparse
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

import psycopg

from causeloop_pipeline.cli.private_folders import protect_state
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.backup.folder import BackupFolder
from causeloop_pipeline.storage.backup.restoring import restore_backup
from causeloop_pipeline.storage.backup.taking import receive_log, take_base_backup
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.embedded.installation import start_embedded, stop_embedded
from causeloop_pipeline.storage.embedded.postgres_server import find_programs, remove_server

WRITERS, WRITING_SECONDS, MAX_RECEIVE_SECONDS = 3, 12.0, 60.0
INSERT_ORGANIZATION = "insert into app.organization (slug, name) values (%(slug)s, %(slug)s)"
HAS_RECEIVED = """
select restart_lsn >= %s::pg_lsn from pg_replication_slots where slot_name = 'causeloop_backup'
"""


@dataclass
class Writes:
    """The writes, each with an instant before its transaction and one after its commit."""

    written: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def write(self, url: str, writer: int) -> None:
        """Commit one organization after the other until the end is set."""
        with psycopg.connect(url, autocommit=True) as owner:
            number = 0
            while not self.ended.is_set():
                slug = f"writer-{writer}-{number:06}"
                began = datetime.now(UTC)
                owner.execute(INSERT_ORGANIZATION, {"slug": slug})
                self.written[slug] = (began, datetime.now(UTC))
                number += 1
                time.sleep(0.01)

    def find_wrong(self, stored: set[str], until: datetime) -> list[str]:
        """Rows missing though committed before an instant, and rows present though begun after it."""
        missing = [
            slug for slug, (_, committed) in self.written.items() if committed < until and slug not in stored
        ]
        early = [slug for slug in stored & self.written.keys() if self.written[slug][0] > until]
        return missing + early


def main() -> int:
    """Backs up under writes, restores to each instant in turn; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.chaos.restores", description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="instants")
    parser.add_argument("--seed", type=int, help="of an earlier session, to choose its instants again")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    seed = arguments.seed if arguments.seed is not None else secrets.randbelow(1_000_000)
    print(f"seed {seed}", flush=True)
    state_dir = Path(tempfile.mkdtemp(prefix="restores-"))
    os.environ["CAUSELOOP_STATE_DIR"] = str(state_dir)
    settings.cache_clear()
    protect_state(state_dir)
    try:
        return restore_to_instants(state_dir, arguments.count, random.Random(seed))
    finally:
        remove_server(state_dir / "postgres")
        shutil.rmtree(state_dir, ignore_errors=True)


def restore_to_instants(state_dir: Path, count: int, choose: random.Random) -> int:
    """Make the backup, choose the instants, restore and compare."""
    folder = BackupFolder(state_dir / "backups")
    writes, first, last = create_backup_under_writes(state_dir, folder)
    wrong, slowest = 0, 0.0
    for until in sorted(first + (last - first) * choose.random() for _ in range(count)):
        began = time.monotonic()
        former = restore_backup(state_dir, folder, until)
        slowest = max(slowest, time.monotonic() - began)
        assert former is not None
        shutil.rmtree(former)
        stored = read_and_write(state_dir)
        defects = writes.find_wrong(stored, until)
        wrong += bool(defects)
        print(f"{until:%H:%M:%S.%f}: {len(stored):,} organizations, {len(defects)} wrong", flush=True)
    print(
        f"{count} instants within {(last - first).total_seconds():.0f} s, {len(writes.written):,} commits: "
        f"{wrong} wrong, isolation checked each time, slowest restore {slowest:.1f} s"
    )
    return int(bool(wrong))


def create_backup_under_writes(state_dir: Path, folder: BackupFolder) -> tuple[Writes, datetime, datetime]:
    """The base backup and the log of some seconds in which writers commit, and what they committed."""
    server = start_embedded(state_dir)
    settings.cache_clear()
    migrate(settings().require("database_url"))
    url, writes = server.url("causeloop"), Writes()
    source, binaries = create_backup_role(server.url()), find_programs(state_dir / "postgres").binaries
    writers = [threading.Thread(target=writes.write, args=(url, number)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        with receive_log(source, folder, binaries) as receiver:
            take_base_backup(source, folder, binaries)
            first = datetime.now(UTC)
            time.sleep(WRITING_SECONDS)
            last = datetime.now(UTC)
            writes.ended.set()
            for writer in writers:
                writer.join()
            await_received(receiver, url)
    finally:
        writes.ended.set()
        stop_embedded(state_dir)
    return writes, first, last


def create_backup_role(superuser_url: str) -> str:
    """A role that may replicate and nothing else; its URL."""
    password = secrets.token_hex(16)
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute(f"create role backup login replication password '{password}'")
    parts = urlsplit(superuser_url)
    return f"postgresql://backup:{password}@{parts.hostname}:{parts.port}"


def await_received(receiver: "Popen[bytes]", url: str) -> None:
    """Wait until the log of all that is committed now has been received."""
    with psycopg.connect(url, autocommit=True) as owner:
        position = owner.execute("select pg_current_wal_flush_lsn()").fetchone()
        deadline = time.monotonic() + MAX_RECEIVE_SECONDS
        while time.monotonic() < deadline and receiver.poll() is None:
            row = owner.execute(HAS_RECEIVED, position).fetchone()
            if row and row[0]:
                return
            time.sleep(0.05)
    raise RuntimeError("the log was not received: the receiver has ended or is too slow")


def read_and_write(state_dir: Path) -> set[str]:
    """What a restored server holds; it must take a further row."""
    start_embedded(state_dir)
    settings.cache_clear()
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        stored = {row[0] for row in owner.execute("select slug from app.organization")}
        owner.execute(INSERT_ORGANIZATION, {"slug": "written-after-the-restore"})
    stop_embedded(state_dir)
    return stored


if __name__ == "__main__":
    sys.exit(main())
