"""How long a sensor tick takes with 1,000 connectors of which 50 are due, and how many runs it starts.

Goal: under 1 s, one run for all 50. The connectors are rows of an embedded PostgreSQL, the tick is that of
the product's own sensor.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psycopg

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.embedded.installation import prepare_database
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

CONNECTORS, DUE_CONNECTORS, WORKSPACES, TICKS = 1_000, 50, 250, 5
MAX_SECONDS = 1.0


def main() -> int:
    """Runs the ticks; 1 when the goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CAUSELOOP_STATE_DIR"] = folder
        prepare_database(Path(folder), settings().postgres_bin_dir)
        try:
            seconds, runs, covered = measure()
        finally:
            remove_server(Path(folder) / "postgres")
    assert runs == 1
    assert covered == DUE_CONNECTORS
    print(
        f"sensor tick over {CONNECTORS} connectors, {DUE_CONNECTORS} due: {seconds:.2f} s, {runs} run "
        f"(goal under {MAX_SECONDS} s, 1 run)"
    )
    return int(seconds >= MAX_SECONDS)


def measure() -> tuple[float, int, int]:
    """The median tick, the runs that a tick requests, and the workspaces that they cover."""
    import dagster as dg
    from dagster import DagsterInstance

    from causeloop_pipeline.definitions import defs
    from causeloop_pipeline.orchestration.boot import sync_partitions
    from causeloop_pipeline.orchestration.sensors.due_connectors import watch_due_connectors
    from causeloop_pipeline.stages.installation import Installation

    create_connectors()
    installation, repository = Installation(), defs.get_repository_def()
    durations, requests = [], []
    with DagsterInstance.ephemeral() as instance:
        sync_partitions(instance, installation)
        for _ in range(TICKS):
            context = dg.build_sensor_context(
                instance=instance, repository_def=repository, resources={"installation": installation}
            )
            began = time.perf_counter()
            requests.append(watch_due_connectors.evaluate_tick(context).run_requests or [])
            durations.append(time.perf_counter() - began)
    last = requests[-1]
    with installation.database.every_workspace() as session:
        row = session.row("select count(*) as n from app.run_scope where run_id = %s", (last[0].run_key,))
    return statistics.median(durations), len(last), int(row["n"]) if row else 0


def create_connectors() -> None:
    """Creates connectors of four tools in many workspaces; the due ones are in workspaces of their own."""
    types = ("github", "zendesk", "pagerduty", "jira")
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        organization = create_organization(owner, "bench", "Bench", "enterprise", 10)
        ids = [
            create_workspace(owner, organization, f"w{number}", f"W {number}", "UTC")
            for number in range(WORKSPACES)
        ]
        rows = [
            (
                ids[number % WORKSPACES],
                uuid4(),
                types[number % len(types)],
                f"c{number}",
                number < DUE_CONNECTORS,
            )
            for number in range(CONNECTORS)
        ]
        owner.cursor().executemany(
            "insert into app.connector (workspace_id, connector_id, type, display_name, next_poll_at) "
            "values (%s, %s, %s, %s, now() + case when %s then interval '0' else interval '1 hour' end)",
            rows,
        )


if __name__ == "__main__":
    sys.exit(main())
