"""Invariants under every fault: sound files, bounded memory, nothing lost."""

import contextlib
import subprocess
import threading
from pathlib import Path

import psycopg

from bench.chaos.index_checks import check_indexes
from bench.chaos.installation import ChaosInstallation
from bench.memory import read_memory_bytes
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.embedded.postgres_server import find_binaries

SAMPLE_SECONDS = 5.0


class Sampler(threading.Thread):
    """Samples connections and memory of all processes every five seconds: the maximum and the latest."""

    def __init__(self, running: ChaosInstallation) -> None:
        super().__init__(daemon=True)
        self.running = running
        self.connections, self.memory = 0, 0
        self.connections_now, self.memory_now = 0, 0
        self.ended = threading.Event()

    def run(self) -> None:
        """Measure until `ended` is set."""
        while not self.ended.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psycopg.OperationalError, OSError):
                count = self.running.ask_superuser("select count(*) from pg_stat_activity")
                self.connections_now = int(count)
                self.connections = max(self.connections, self.connections_now)
            own = sum(
                read_memory_bytes(Path("/proc", str(pid))) for pid, _, _ in self.running.find_processes()
            )
            self.memory_now = own + self._measure_postgresql()
            self.memory = max(self.memory, self.memory_now)

    def _measure_postgresql(self) -> int:
        total = 0
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == self.running.data:
                    total += read_memory_bytes(process)
        return total


def count_waiting(running: ChaosInstallation, committed: set[str]) -> int:
    """How many records committed by loaders are not stored."""
    if not committed:
        return 0
    stored = running.ask_superuser(
        "select array_agg(external_id) from raw.record where external_id like 'loader-%'"
    )
    return len(committed - set(stored or []))


def check_data(running: ChaosInstallation) -> str:
    """The damage: an index, a row, or a page with a wrong checksum."""
    damage = check_indexes(running)
    running.bring_down()
    program = find_binaries(settings().postgres_bin_dir) / "pg_checksums"
    checked = subprocess.run(
        [program, "--check", "-D", running.data], capture_output=True, text=True, check=False
    )
    if checked.returncode:
        damage.append((checked.stderr or checked.stdout).strip())
    return "; ".join(damage)
