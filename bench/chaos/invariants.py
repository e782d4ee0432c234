"""What must hold however an installation was broken: sound files, bounded memory, nothing lost."""

import contextlib
import subprocess
import threading
from pathlib import Path

import psycopg

from bench.chaos.installation import ChaosInstallation
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.embedded.postgres_server import find_binaries

SAMPLE_SECONDS = 2.0
SELECT_UNIQUE_INDEXES = """
select c.oid::regclass::text
from pg_index as i
join pg_class as c on c.oid = i.indrelid
join pg_namespace as n on n.oid = c.relnamespace
where i.indisprimary and c.relkind = 'r' and n.nspname in ('app', 'raw', 'core', 'detect', 'predict', 'act')
order by 1
"""


class Sampler(threading.Thread):
    """The most connections and the most memory of all processes, seen every two seconds."""

    def __init__(self, running: ChaosInstallation) -> None:
        super().__init__(daemon=True)
        self.running = running
        self.connections, self.memory = 0, 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Measure until `ended` is set."""
        while not self.ended.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psycopg.OperationalError, OSError):
                count = self.running.ask_superuser("select count(*) from pg_stat_activity")
                self.connections = max(self.connections, int(count))
            own = sum(_proportional_size(pid) for pid, _, _ in self.running.find_processes())
            self.memory = max(self.memory, own + self._measure_postgresql())

    def _measure_postgresql(self) -> int:
        total = 0
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == self.running.data:
                    total += _proportional_size(int(process.name))
        return total


def _proportional_size(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def count_waiting(running: ChaosInstallation, committed: set[str]) -> int:
    """How many records that loaders had committed are not stored."""
    if not committed:
        return 0
    stored = running.ask_superuser(
        "select array_agg(external_id) from raw.record where external_id like 'loader-%'"
    )
    return len(committed - set(stored or []))


def check_data(running: ChaosInstallation) -> str:
    """What is damaged: by amcheck, or else counts of each table with and without its key, and checksums."""
    damage = _check_indexes(running)
    running.bring_down()
    program = find_binaries(settings().postgres_bin_dir) / "pg_checksums"
    checked = subprocess.run(
        [program, "--check", "-D", running.data], capture_output=True, text=True, check=False
    )
    if checked.returncode:
        damage.append((checked.stderr or checked.stdout).strip())
    return "; ".join(damage)


def _check_indexes(running: ChaosInstallation) -> list[str]:
    available = running.ask_superuser("select count(*) from pg_available_extensions where name = 'amcheck'")
    if available:
        running.ask_superuser("create extension if not exists amcheck")
        running.ask_superuser(
            "select count(bt_index_check(i.indexrelid, true)) from pg_index as i "
            "join pg_class as c on c.oid = i.indexrelid join pg_am as a on a.oid = c.relam "
            "where a.amname = 'btree'"
        )
        return []
    print("amcheck is not part of this PostgreSQL: keys are compared with their tables instead")
    tables = running.ask_superuser(f"select array_agg(t) from ({SELECT_UNIQUE_INDEXES}) as tables (t)")
    return [table for table in tables or [] if not _is_key_sound(running, table)]


def _is_key_sound(running: ChaosInstallation, table: str) -> bool:
    count = f"select count(*) from {table}"
    by_table = running.ask_superuser(count, "-c enable_indexscan=off -c enable_indexonlyscan=off")
    by_key = running.ask_superuser(count, "-c enable_seqscan=off -c enable_bitmapscan=off")
    return bool(by_table == by_key)
