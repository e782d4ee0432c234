"""What one sync of 1,000 new issues costs, stage by stage: `python -m bench.sync [STORED ISSUES …]`.

Fills a workspace, computes everything, then lands 1,000 new issues at a time and runs every stage on them in
one process. CPU is that of Python and of all PostgreSQL processes; beside it stand the rows of tables and
indexes that PostgreSQL has read, which no neighbour on the machine changes. Goals: 1.2 CPU s a sync, at most
1.2 times as much at the largest workspace as at the smallest, and .6 GB of memory.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import psycopg

from bench.data.stored_failures import AS_OF, ROUND_HOURS, draw_failures, land_failures
from bench.landing import CLOCK_TICKS, read_ticks
from causeloop_pipeline.orchestration.instance.garbage import pause_garbage_collection
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
from causeloop_pipeline.storage.embedded.postgres_server import data_dir, remove_server

SIZES = (10_000, 100_000)
NEW, ROUNDS = 1_000, 3
MAX_CPU, MAX_RATIO, MAX_MEGABYTES = 1.2, 1.2, 600
SELECT_ROWS_READ = """
select tup_returned + tup_fetched from pg_stat_database where datname = current_database()
"""
REPORT_ROWS_READ = "select pg_stat_force_next_flush()"  # a kept connection would tell a second later
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
        """Add what the block costs."""
        before = self._read()
        yield
        spent = [now - then for now, then in zip(self._read(), before, strict=True)]
        self.python[step] = self.python.get(step, 0.0) + spent[0]
        self.database[step] = self.database.get(step, 0.0) + spent[1]
        self.rows[step] = self.rows.get(step, 0.0) + spent[2]

    @property
    def total(self) -> float:
        """Of all steps."""
        return sum(self.python.values()) + sum(self.database.values())

    def _read(self) -> tuple[float, float, float]:
        (rows,) = connect_owner().execute(SELECT_ROWS_READ).fetchone() or (0,)
        children = Path(f"/proc/{self.postmaster}/task/{self.postmaster}/children").read_text().split()
        ticks = sum(read_ticks(pid) for pid in (str(self.postmaster), *children))
        return time.process_time(), ticks / CLOCK_TICKS, float(rows)


@dataclass(frozen=True)
class SyncCost:
    """Of a workspace: the middle one of its rounds."""

    stored: int
    first_load: Meter
    sync: Meter
    megabytes: int


class StoredWorkspace:
    """A workspace of so many issues, all of whose stages have run."""

    def __init__(self, postmaster: int, stored: int, rounds: int = ROUNDS) -> None:
        self.installation = Installation()
        self.postmaster = postmaster
        self.batches = draw_failures(stored, rounds, NEW)
        self.workspace_id = create_named_workspace(f"w{stored}")

    def load(self) -> Meter:
        """The first run over the stored issues, and the vacuum after it, which would else meet a sync."""
        meter = self._run_loop(self.batches[0], AS_OF)
        with meter.measure("vacuum"):
            connect_owner().execute("vacuum (analyze)")
        return meter

    def sync(self, number: int) -> Meter:
        """One round of new issues."""
        return self._run_loop(self.batches[number], AS_OF + timedelta(hours=ROUND_HOURS * number))

    def _run_loop(self, failures: list[dict[str, object]], as_of: datetime) -> Meter:
        with self.installation.keep_connection() as connected:  # as the steps of a run do
            return self._run_steps(connected, failures, as_of)

    def _run_steps(
        self, installation: Installation, failures: list[dict[str, object]], as_of: datetime
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
                run(session, workspace, as_of, RunOptions(run_id))
                session.execute(REPORT_ROWS_READ)
        return meter


def report_rows_read(database: Database, workspace_id: UUID) -> None:
    """Let the connection tell what it has read before the next step begins."""
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
            pid_file = data_dir(Path(folder) / "postgres") / "postmaster.pid"
            yield int(pid_file.read_text().split()[0])
        finally:
            remove_server(Path(folder) / "postgres")


def measure(postmaster: int, stored: int) -> SyncCost:
    """Fill a workspace, and sync."""
    with pause_garbage_collection():  # as a run's warm process does with what it has loaded
        workspace = StoredWorkspace(postmaster, stored)
    first_load = workspace.load()
    rounds = [workspace.sync(number) for number in range(1, ROUNDS + 1)]
    middle = sorted(rounds, key=lambda meter: meter.total)[len(rounds) // 2]
    return SyncCost(stored, first_load, middle, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def print_costs(costs: Sequence[SyncCost]) -> None:
    """A line a stage: Python + PostgreSQL, and thousands of rows read, a column a size."""
    print(f"{'CPU s, Python + PostgreSQL':<28}" + "".join(f"{cost.stored:>28,}" for cost in costs))
    for stage in costs[0].sync.python:
        cells = (write_stage(cost.sync, stage) for cost in costs)
        print(f"{stage:<28}" + "".join(f"{cell:>28}" for cell in cells))
    rows: dict[str, Callable[[SyncCost], str]] = {
        "a sync": lambda cost: f"{cost.sync.total:.2f}",
        "the first load": lambda cost: f"{cost.first_load.total:.1f}",
        "memory so far, MB": lambda cost: f"{cost.megabytes}",
    }
    for name, write in rows.items():
        print(f"{name:<28}" + "".join(f"{write(cost):>28}" for cost in costs))


def write_stage(meter: Meter, stage: str) -> str:
    """What a stage cost."""
    return f"{meter.python[stage]:.3f} + {meter.database[stage]:.2f}, {meter.rows[stage] / 1000:,.0f}k rows"


def main(arguments: list[str]) -> int:
    """Measure every size; 1 when a goal is missed."""
    sizes = sorted(int(word) for word in arguments) or list(SIZES)
    with start_database() as postmaster:
        costs = [measure(postmaster, size) for size in sizes]
    print_costs(costs)
    totals = [cost.sync.total for cost in costs]
    ratio = totals[-1] / totals[0]
    print(
        f"a sync of {NEW:,} new issues: {max(totals):.2f} CPU s (goal {MAX_CPU}), the largest workspace "
        f"{ratio:.2f} times the smallest (goal {MAX_RATIO}), {costs[-1].megabytes} MB (goal {MAX_MEGABYTES})"
    )
    return int(max(totals) > MAX_CPU or ratio > MAX_RATIO or costs[-1].megabytes > MAX_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
