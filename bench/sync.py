"""The cost of one sync of 1,000 new issues, stage by stage: `python -m bench.sync [STORED ISSUES …]`.

Fills a workspace and computes everything in one process; then lands 1,000 new issues at a time and runs every
stage on them in another one, which is as large as a run's worker; last comes a night. CPU is that of Python
and of all PostgreSQL processes; beside it stand the rows of tables and indexes that PostgreSQL has read,
which no neighbour on the machine changes. Goals: 1.2 CPU s a sync, at most 1.2 times as much at the largest
workspace as at the smallest, and .6 GB of memory.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from bench.data.stored_failures import AS_OF, ROUND_HOURS, Failure, draw_failures, land_failures
from bench.landing import CLOCK_TICKS, read_ticks
from causeloop_pipeline.orchestration.instance.garbage_collection import pause_garbage_collection
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages import (
    alerts,
    clusters,
    fingerprints,
    outcomes,
    patterns,
    predictions,
    proofs,
    recommendations,
    risk,
)
from causeloop_pipeline.stages.context import RunOptions, StageFunction
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.normalization import find_lost_records, normalize
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace, declare_scope
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.installation import prepare_database
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir, remove_server

Result = TypeVar("Result")
WARM_MODULES = "causeloop_pipeline.orchestration.instance.warm_modules"
"""Imported by the process that runs are forked from."""

SIZES = (10_000, 100_000)
NEW, ROUNDS = 1_000, 3
MAX_CPU, MAX_RATIO, MAX_MEGABYTES = 1.2, 1.2, 600
SELECT_ROWS_READ = """
select tup_returned + tup_fetched from pg_stat_database where datname = current_database()
"""
REPORT_ROWS_READ = "select pg_stat_force_next_flush()"  # a pooled connection would report a second later
STAGES: dict[str, StageFunction] = {
    "fingerprints": fingerprints.run,
    "patterns": patterns.run,
    "clusters": clusters.run,
    "predictions": predictions.run,
    "alerts": alerts.run,
    "risk": risk.run,
    "outcomes": outcomes.run,
    "proofs": proofs.run,
    "recommendations": recommendations.run,
}


@cache
def connect_owner() -> psycopg.Connection[tuple[int]]:
    """One connection for all readings."""
    return psycopg.connect(settings().require("database_url"), autocommit=True)


@dataclass
class Meter:
    """CPU seconds of Python and of PostgreSQL, and the rows that PostgreSQL has read, by step."""

    postmaster: int
    python: dict[str, float] = field(default_factory=dict)
    database: dict[str, float] = field(default_factory=dict)
    rows: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        """Add the cost of the block."""
        before = self._read()
        yield
        spent = [now - then for now, then in zip(self._read(), before, strict=True)]
        self.python[step] = self.python.get(step, 0.0) + spent[0]
        self.database[step] = self.database.get(step, 0.0) + spent[1]
        self.rows[step] = self.rows.get(step, 0.0) + spent[2]

    @property
    def total(self) -> float:
        """The sum over all steps."""
        return sum(self.python.values()) + sum(self.database.values())

    def _read(self) -> tuple[float, float, float]:
        (rows,) = connect_owner().execute(SELECT_ROWS_READ).fetchone() or (0,)
        children = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
        ticks = sum(read_ticks(pid) for pid in (str(self.postmaster), *children))
        return time.process_time(), ticks / CLOCK_TICKS, float(rows)


@dataclass(frozen=True)
class SyncCost:
    """The median cost of a workspace's rounds; `megabytes`: peak memory of the process that ran them."""

    stored: int
    first_load: Meter
    sync: Meter
    night: Meter
    megabytes: int


@dataclass(frozen=True)
class MeasuredWorkspace:
    """A workspace whose stages a process of its own runs."""

    postmaster: int
    workspace_id: UUID
    installation: Installation = field(default_factory=Installation)

    def load(self, failures: Sequence[Failure]) -> Meter:
        """The first run over the stored issues, and a vacuum, which would otherwise disturb a sync."""
        meter = self.sync(failures, AS_OF)
        with meter.measure("vacuum"):
            connect_owner().execute("vacuum (analyze)")
        return meter

    def sync(self, failures: Sequence[Failure], as_of: datetime, *, is_night: bool = False) -> Meter:
        """A run over new issues, whose steps share a connection; at night everything is computed again."""
        with self.installation.keep_connection() as connected:
            return self._run_steps(connected, failures, as_of, is_night)

    def _run_steps(
        self, installation: Installation, failures: Sequence[Failure], as_of: datetime, is_night: bool
    ) -> Meter:
        meter, workspace = Meter(self.postmaster), ScopedWorkspace(self.workspace_id, "Europe/Berlin")
        database, run_id = installation.database, f"{self.workspace_id} {as_of}"
        with meter.measure("landing"):
            land_failures(database, self.workspace_id, failures)
            report_rows_read(database, self.workspace_id)
        with meter.measure("normalization"):
            with database.workspace(self.workspace_id) as session:
                declare_scope(session, run_id, [self.workspace_id])
            normalized = normalize(installation, run_id, [self.workspace_id])
            report_rows_read(database, self.workspace_id)
        with meter.measure("conservation"), database.workspace(self.workspace_id) as session:
            lost, _ = find_lost_records(session, self.workspace_id, normalized)
            assert lost is None, lost
        for stage, run in STAGES.items():
            with meter.measure(stage), database.workspace(self.workspace_id) as session:
                run(session, workspace, as_of, RunOptions(run_id, is_night))
                session.execute(REPORT_ROWS_READ)
        return meter


def report_rows_read(database: Database, workspace_id: UUID) -> None:
    """Flush the connection's statistics before the next step begins."""
    with database.workspace(workspace_id) as session:
        session.execute(REPORT_ROWS_READ)


def create_named_workspace(name: str) -> UUID:
    """An empty workspace."""
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        organization = create_organization(owner, name, name, "enterprise", 10)
        return create_workspace(owner, organization, name, name, "Europe/Berlin")


@contextmanager
def start_database() -> Iterator[int]:
    """An embedded server with the dbt project's views; the id of its first process."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CAUSELOOP_STATE_DIR"] = folder
        prepare_database(Path(folder), settings().postgres_bin_dir)
        try:
            Installation().normalizer.build_views()
            pid_file = find_data_dir(Path(folder) / "postgres") / "postmaster.pid"
            yield int(pid_file.read_text().split()[0])
        finally:
            remove_server(Path(folder) / "postgres")


def measure(postmaster: int, stored: int) -> SyncCost:
    """Fill a workspace, sync, and run a night."""
    workspace_id = create_named_workspace(f"w{stored}")
    first_load = run_apart(load_stored, postmaster, workspace_id, stored)
    failures = draw_failures(stored, ROUNDS + 1, NEW)
    rounds = [failures.list_round(number) for number in range(1, ROUNDS + 2)]
    syncs, megabytes = run_apart(sync_rounds, postmaster, workspace_id, rounds[:-1])
    night = run_apart(pass_night, postmaster, workspace_id, rounds[-1])
    middle = sorted(syncs, key=lambda meter: meter.total)[len(syncs) // 2]
    return SyncCost(stored, first_load, middle, night, megabytes)


def run_apart(function: Callable[..., Result], *arguments: Any) -> Result:
    """Run a function in a process with just the imports of a run's process."""
    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=import_module, initargs=(WARM_MODULES,)) as process:
        return process.submit(function, *arguments).result()


def load_stored(postmaster: int, workspace_id: UUID, stored: int) -> Meter:
    """The first load of a workspace."""
    with pause_garbage_collection():  # as a run's warm process does with what it has loaded
        failures = draw_failures(stored, ROUNDS + 1, NEW).list_stored()
    return MeasuredWorkspace(postmaster, workspace_id).load(failures)


def sync_rounds(
    postmaster: int, workspace_id: UUID, rounds: Sequence[Sequence[Failure]]
) -> tuple[list[Meter], int]:
    """Syncs, an hour apart, and their process's peak memory in megabytes."""
    workspace = MeasuredWorkspace(postmaster, workspace_id)
    meters = [
        workspace.sync(failures, AS_OF + timedelta(hours=ROUND_HOURS * number))
        for number, failures in enumerate(rounds, start=1)
    ]
    return meters, read_peak_megabytes()


def pass_night(postmaster: int, workspace_id: UUID, failures: Sequence[Failure]) -> Meter:
    """A nightly run, which computes everything again."""
    return MeasuredWorkspace(postmaster, workspace_id).sync(
        failures, AS_OF + timedelta(days=1), is_night=True
    )


def read_peak_megabytes() -> int:
    """The peak memory of this process since it began to run this program."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    return int(line.split()[1]) // 1024


def print_costs(costs: Sequence[SyncCost]) -> None:
    """A line a stage: Python + PostgreSQL, and thousands of rows read, a column a size."""
    print(f"{'CPU s, Python + PostgreSQL':<28}" + "".join(f"{cost.stored:>28,}" for cost in costs))
    for stage in costs[0].sync.python:
        cells = (write_stage(cost.sync, stage) for cost in costs)
        print(f"{stage:<28}" + "".join(f"{cell:>28}" for cell in cells))
    rows: dict[str, Callable[[SyncCost], str]] = {
        "a sync": lambda cost: f"{cost.sync.total:.2f}",
        "its process, MB": lambda cost: f"{cost.megabytes}",
        "the first load": lambda cost: f"{cost.first_load.total:.1f}",
        "a night": lambda cost: f"{cost.night.total:.1f}",
    }
    for name, write in rows.items():
        print(f"{name:<28}" + "".join(f"{write(cost):>28}" for cost in costs))


def write_stage(meter: Meter, stage: str) -> str:
    """Format the cost of a stage."""
    return f"{meter.python[stage]:.3f} + {meter.database[stage]:.2f}, {meter.rows[stage] / 1000:,.0f}k rows"


def main(arguments: list[str]) -> int:
    """Measure every size; 1 when a goal is missed."""
    sizes = sorted(int(word) for word in arguments) or list(SIZES)
    with start_database() as postmaster:
        costs = [measure(postmaster, size) for size in sizes]
    print_costs(costs)
    totals = [cost.sync.total for cost in costs]
    ratio, megabytes = totals[-1] / totals[0], costs[-1].megabytes
    print(
        f"a sync of {NEW:,} new issues: {max(totals):.2f} CPU s (goal {MAX_CPU}), the largest workspace "
        f"{ratio:.2f} times the smallest (goal {MAX_RATIO}), {megabytes} MB (goal {MAX_MEGABYTES})"
    )
    return int(max(totals) > MAX_CPU or ratio > MAX_RATIO or megabytes > MAX_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
