"""The installation under test: one workspace, its processes by name, and the state of its runs."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from bench.installation import RunningInstallation, wait_until
from causeloop_pipeline.storage.app.tenants import create_organization, create_service_key, create_workspace
from causeloop_pipeline.storage.embedded.leftovers import end_orphans
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir

MARKS = {
    "code": "causeloop_pipeline.definitions",
    "api": "-m\0api",
    "dagster": "orchestration.webserver",
    "daemon": "orchestration.instance.daemon",
}
RUN_MARKS = ("orchestration.instance.code_server", "multiprocessing.forkserver")
"""Of the code server, the process that runs are forked from, and the runs."""

MAX_READY_SECONDS = 300.0
MAX_CONNECT_SECONDS = 60
UNFINISHED = "('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')"
COUNT_UNFINISHED = f"select count(*) from runs where status in {UNFINISHED}"
COUNT_HELD_SLOTS = (
    "select count(*) from concurrency_slots as s join runs as r using (run_id) "
    f"where r.status not in {UNFINISHED}"
)


@dataclass
class ChaosInstallation(RunningInstallation):
    """`causeloop up --no-demo` with one workspace; its output is read continuously."""

    workspace_id: UUID = field(default=UUID(int=0))
    key: str = ""
    reader: threading.Thread | None = None

    def bring_up(self) -> None:
        """Start it, creating the workspace the first time."""
        self.start("--no-demo")
        self.await_line("Dagster UI")
        self.read_on()
        if not self.key:
            with psycopg.connect(self.urls["database_url"]) as owner:
                organization = create_organization(owner, "chaos", "Chaos", "enterprise", 10)
                self.workspace_id = create_workspace(owner, organization, "main", "Main", "UTC")
                self.key = create_service_key(owner, self.workspace_id, "chaos", "owner")

    def bring_down(self) -> int:
        """Stop it as Ctrl-C does; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=180)

    def read_on(self) -> None:
        """Read its output continuously, so that the pipe never fills."""
        self.reader = threading.Thread(target=self._read_on, daemon=True)
        self.reader.start()

    def _read_on(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self.process.stdout:
                self.printed.append(line.rstrip())

    @property
    def api_url(self) -> str:
        """The API's address."""
        return f"http://127.0.0.1:{self.ports['API']}"

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return find_data_dir(self.state_dir / "postgres")

    def find_processes(self) -> Iterator[tuple[int, int, str]]:
        """Pid, parent and command line of every process started for this folder."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                environment = (process / "environ").read_bytes()
                if f"CAUSELOOP_STATE_DIR={self.state_dir}\0".encode() in environment:
                    parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
                    yield int(process.name), parent, (process / "cmdline").read_bytes().decode()

    def find_server(self, name: str) -> int | None:
        """The process of a server, if it runs."""
        assert self.process is not None
        matching = (
            pid
            for pid, parent, command in self.find_processes()
            if parent == self.process.pid and MARKS[name] in command
        )
        return next(matching, None)

    def find_worker(self) -> int | None:
        """The process of a run in progress."""
        parents = {
            pid: parent
            for pid, parent, command in self.find_processes()
            if any(mark in command for mark in RUN_MARKS)
        }
        return next((pid for pid, parent in parents.items() if parents.get(parent) in parents), None)

    def find_postmaster(self) -> int | None:
        """PostgreSQL's first process, as its pid file names it."""
        with contextlib.suppress(OSError, ValueError):
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        return None

    def kill_host(self) -> None:
        """Simulate a power cut: all processes die at once, the supervisor first."""
        assert self.process is not None
        postmaster = self.find_postmaster()
        self.process.kill()
        for pid in [pid for pid, _, _ in self.find_processes()] + ([postmaster] if postmaster else []):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        end_orphans(self.data)

    def ask_dagster(self, query: str) -> Any:
        """One value from Dagster's database; None while it does not respond."""
        row = self.ask_dagster_row(query)
        return row[0] if row else None

    def ask_dagster_row(self, query: str) -> tuple[Any, ...] | None:
        """One row from Dagster's database; None while it does not respond."""
        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(
                self.urls["dagster_database_url"], connect_timeout=MAX_CONNECT_SECONDS
            ) as connection,
        ):
            return connection.execute(query).fetchone()
        return None

    def superuser_url(self, database: str = "causeloop") -> str:
        """How the server's superuser connects."""
        directory = self.state_dir / "postgres"
        password, port = ((directory / name).read_text().strip() for name in ("superuser.password", "port"))
        return f"postgresql://postgres:{password}@127.0.0.1:{port}/{database}"

    def ask_superuser(self, query: str) -> Any:
        """One value of the product's database, as the server's superuser."""
        with psycopg.connect(self.superuser_url(), connect_timeout=MAX_CONNECT_SECONDS) as connection:
            row = connection.execute(query).fetchone()
            return row[0] if row else None

    def await_servers(self) -> None:
        """Wait until every server runs and the database answers."""
        wait_until(lambda: all(self.find_server(name) for name in MARKS), MAX_READY_SECONDS)
        wait_until(lambda: self.ask_dagster("select 1") == 1, MAX_READY_SECONDS)


def is_running(pid: int) -> bool:
    """Whether a process runs; zombies do not count."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    return False
