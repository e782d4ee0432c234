"""Rows that runs leave in Dagster's event log, and the cost of running many small workspaces.

Goals: at most 60 rows and .1 MB for a run over one workspace, through all stages; of 1,000 workspaces of
which 10 have new records, 10 materializations an asset; 120 CPU s, of Python and PostgreSQL, for 1,000 small
workspaces that are all new. The runs are the product's own, executed in this process.
"""

import os
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import dagster as dg
import psycopg
from dagster import DagsterInstance

from bench.data.stored_failures import draw_failures, land_failures
from bench.sync import Meter, start_database
from causeloop_pipeline.cli.commands.up import build_dagster_environment
from causeloop_pipeline.settings import DEPLOY_DIR, PROCESS_VARIABLE, settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace

WORKSPACES, DIRTY, ISSUES = 1_000, 10, 30
MEASURED = 100
MAX_ROWS, MAX_MEGABYTES, MAX_CPU = 60, 0.1, 120.0
SELECT_MATERIALIZATIONS = """
select asset_key, count(*) from event_logs
where run_id = %s and dagster_event_type = 'ASSET_MATERIALIZATION' group by 1
"""
SELECT_ROWS = """
select coalesce(dagster_event_type, 'LOG'), count(*), sum(length(event)) from event_logs where run_id = %s
group by 1 order by 2 desc
"""


@dataclass(frozen=True)
class RunCost:
    """The rows and the cost of one run."""

    rows: dict[str, int]
    megabytes: float
    materializations: dict[str, int]
    wall: float
    cpu: float


class Runs:
    """Runs of the product's job over workspaces of one installation."""

    def __init__(self, postmaster: int, instance: DagsterInstance, dagster_url: str) -> None:
        from causeloop_pipeline.definitions import defs

        self.postmaster, self.instance, self.dagster_url = postmaster, instance, dagster_url
        self.installation, self.repository = Installation(), defs.get_repository_def()
        self.job = defs.resolve_job_def("loop")
        self.failures = draw_failures(ISSUES, 0, ISSUES).list_stored()

    def run(self, workspace_ids: Sequence[UUID]) -> RunCost:
        """Land new records in some workspaces and run all stages on them, as requested by sensors."""
        from causeloop_pipeline.orchestration.asset_selection import ISSUE, select_downstream
        from causeloop_pipeline.orchestration.run_requests import request_run
        from causeloop_pipeline.orchestration.run_scope import SCOPE

        for workspace_id in workspace_ids:
            land_failures(self.installation.database, workspace_id, self.failures)
        with self.installation.database.every_workspace() as session:
            assets = select_downstream(self.repository, [ISSUE])
            request = request_run(self.instance, session, "bench", workspace_ids, assets)
        assert isinstance(request, dg.RunRequest)
        meter, began = Meter(self.postmaster), time.monotonic()
        with meter.measure("run"):
            result = self.job.execute_in_process(
                instance=self.instance,
                tags={**request.tags, SCOPE: str(request.run_key)},
                asset_selection=request.asset_selection,
            )
        return self._read(result, time.monotonic() - began, meter.total)

    def _read(self, result: dg.ExecuteInProcessResult, wall: float, cpu: float) -> RunCost:
        with psycopg.connect(self.dagster_url) as connection:
            rows = connection.execute(SELECT_ROWS, (result.run_id,)).fetchall()
            materialized = connection.execute(SELECT_MATERIALIZATIONS, (result.run_id,)).fetchall()
        return RunCost(
            {name: count for name, count, _ in rows},
            sum(size for _, _, size in rows) / 1e6,
            dict(materialized),
            wall,
            cpu,
        )


def create_workspaces(count: int) -> list[UUID]:
    """So many empty workspaces."""
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        organization = create_organization(owner, "bench", "Bench", "enterprise", 10)
        return [
            create_workspace(owner, organization, f"w{number}", f"W {number}", "UTC")
            for number in range(count)
        ]


def prepare_dagster() -> Path:
    """Point this process to the installation's own Dagster; returns its configuration folder."""
    home = Path(os.environ["CAUSELOOP_STATE_DIR"]) / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_bytes((DEPLOY_DIR / "dagster.yaml").read_bytes())
    os.environ.update(build_dagster_environment(settings()))
    return home


def measure(postmaster: int) -> tuple[RunCost, RunCost, RunCost]:
    """A run over one workspace, over few far apart of many, and over many."""
    from causeloop_pipeline.orchestration.boot import sync_partitions

    prepare_dagster()
    DagsterInstance.get().dispose()  # makes the tables, as a start does
    ids, dagster_url = create_workspaces(WORKSPACES), settings().require("dagster_database_url")
    os.environ[PROCESS_VARIABLE] = "pipeline"  # a run's process stores fewer events than others
    with DagsterInstance.get() as instance:
        runs = Runs(postmaster, instance, dagster_url)
        sync_partitions(instance, runs.installation)
        runs.run(ids[:1])  # the first run of a process imports what the stages need
        single = runs.run(ids[1:2])
        few = runs.run(ids[5 :: WORKSPACES // DIRTY])
        many = runs.run(ids[-MEASURED:])
    return single, few, many


def main() -> int:
    """Measure; 1 when a goal is missed."""
    with start_database() as postmaster:
        single, few, many = measure(postmaster)
    rows, cpu = sum(single.rows.values()), many.cpu * WORKSPACES / MEASURED
    most = max(few.materializations.values())
    print(f"over one workspace: {single.rows}")
    print(
        f"a run over one workspace: {rows} rows (goal {MAX_ROWS}), "
        f"{single.megabytes:.3f} MB (goal {MAX_MEGABYTES})"
    )
    print(
        f"{DIRTY} of {WORKSPACES:,} workspaces dirty: {most} materializations an asset (goal {DIRTY}), "
        f"{sum(few.rows.values())} rows, {few.megabytes:.2f} MB, {few.cpu:.1f} CPU s, {few.wall:.1f} s"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{WORKSPACES:,} dirty workspaces of {ISSUES} issues: {cpu:.0f} CPU s (goal {MAX_CPU:.0f}), by "
        f"those of {MEASURED}; {sum(many.rows.values())} rows, {many.megabytes:.2f} MB, {many.wall:.1f} s, "
        f"{peak} MB"
    )
    is_missed = rows > MAX_ROWS or single.megabytes > MAX_MEGABYTES or most > DIRTY or cpu > MAX_CPU
    return int(is_missed)


if __name__ == "__main__":
    sys.exit(main())
