"""Whether two code servers of one Dagster share the work: each its own workspaces, and faster than one.

The servers and the daemon are those of `causeloop up`, each a process of its own. Two rounds of new, small
workspaces: the first for one code server with all of them, the second for two with a half each. Goals: each
asset of a workspace is materialized by runs of the workspace's share alone; on two cores the second round
takes at most .8 of the first: `python -m bench.orchestration.shares [WORKSPACES]`.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
from dagster import DagsterInstance

from bench.data.stored_failures import draw_failures, land_failures
from bench.installation import wait_until
from bench.orchestration.event_log import create_workspaces, prepare_dagster
from bench.sync import start_database
from causeloop_pipeline.cli.processes import Processes
from causeloop_pipeline.cli.servers import PROCESS_OF_SERVERS, build_commands
from causeloop_pipeline.model.workspace_share import WorkspaceShare
from causeloop_pipeline.settings import process_environment, settings
from causeloop_pipeline.storage.app.workspace_partitions import read_partitions
from causeloop_pipeline.storage.database.session import Database

WORKSPACES, ISSUES, MAX_SECONDS, MAX_RATIO = 60, 30, 900, 0.8
LAST_ASSET = '["causeloop", "recommendations"]'
SELECT_MATERIALIZATIONS = """
select distinct partition, asset_key, coalesce(run_tags.value, '1/1') from event_logs
left join run_tags on run_tags.run_id = event_logs.run_id and run_tags.key = 'causeloop/share'
where dagster_event_type = 'ASSET_MATERIALIZATION' and partition = any (%s)
"""


@contextmanager
def serve(home: Path, shares: Sequence[str]) -> Iterator[None]:
    """A code server for each share and one daemon, until the block ends."""
    processes = Processes(home / "logs", home / "processes.json")
    sockets = {share: home / f"{number}.sock" for number, share in enumerate(shares, 1)}
    workspace = home / "workspace.yaml"
    workspace.write_text("load_from:\n" + "".join(_describe(*each) for each in sockets.items()))
    try:
        for share, socket in sockets.items():
            command = build_commands(workspace, socket, demo=False)["code"]
            command[command.index("--location-name") + 1] = _name_location(share)
            environment = {**os.environ, "CAUSELOOP_WORKSPACE_SHARE": share}
            name = f"code-{socket.stem}"
            processes.start(name, command, process_environment(PROCESS_OF_SERVERS["code"], environment))
            processes.await_listening(name, socket)
        command = build_commands(workspace, home, demo=False)["daemon"]
        processes.start("daemon", command, process_environment(PROCESS_OF_SERVERS["daemon"], os.environ))
        yield
    finally:
        processes.stop()


def _describe(share: str, socket: Path) -> str:
    return f"  - grpc_server: {{socket: {socket}, location_name: {_name_location(share)}}}\n"


def _name_location(share: str) -> str:
    number = WorkspaceShare.parse(share).number
    return "causeloop" if number == 1 else f"causeloop-{number}"


def measure_round(
    home: Path, shares: Sequence[str], workspace_ids: Sequence[UUID]
) -> tuple[float, list[str]]:
    """Land issues in the workspaces and let the shares work; the seconds it took, and what went wrong."""
    failures = draw_failures(ISSUES, 0, ISSUES).list_stored()
    database = Database(settings().require("pipeline_database_url"))
    for workspace_id in workspace_ids:
        land_failures(database, workspace_id, failures)
    with serve(home, shares):
        began = time.monotonic()
        wait_until(lambda: is_finished(workspace_ids), MAX_SECONDS)
        seconds = time.monotonic() - began
    return seconds, find_wrong_work(workspace_ids)


def is_finished(workspace_ids: Sequence[UUID]) -> bool:
    """Whether the last asset of each workspace is there."""
    materialized = {
        workspace_id for workspace_id, asset, _ in read_materializations(workspace_ids) if asset == LAST_ASSET
    }
    return len(materialized) == len(workspace_ids)


def find_wrong_work(workspace_ids: Sequence[UUID]) -> list[str]:
    """The assets materialized by another share than the workspace's own."""
    return [
        f"{asset} of {workspace_id} by {share}"
        for workspace_id, asset, share in read_materializations(workspace_ids)
        if not WorkspaceShare.parse(share).holds(UUID(workspace_id))
    ]


def read_materializations(workspace_ids: Sequence[UUID]) -> list[tuple[str, str, str]]:
    """Workspace, asset and share of the run."""
    with Database(settings().require("pipeline_database_url")).every_workspace() as session:
        partitions = {key: str(each) for each, key in read_partitions(session, workspace_ids).items()}
    with psycopg.connect(settings().require("dagster_database_url")) as connection:
        rows = connection.execute(SELECT_MATERIALIZATIONS, (list(partitions),)).fetchall()
    return [(partitions[partition], asset, share) for partition, asset, share in rows]


def main(arguments: Sequence[str]) -> int:
    """Measure; 1 when a goal is missed."""
    from causeloop_pipeline.orchestration.boot import sync_partitions
    from causeloop_pipeline.stages.installation import Installation

    count = int(arguments[0]) if arguments else WORKSPACES
    with start_database():
        home = prepare_dagster()
        ids = create_workspaces(2 * count)
        with DagsterInstance.get() as instance:
            sync_partitions(instance, Installation())
        alone, wrong = measure_round(home, ("1/1",), ids[:count])
        shared, wrong_shared = measure_round(home, ("1/2", "2/2"), ids[count:])
    wrong += wrong_shared
    for each in wrong:
        print(each)
    print(
        f"{count} new workspaces of {ISSUES} issues: {alone:.1f} s by one code server, {shared:.1f} s by two "
        f"({shared / alone:.2f} x, goal {MAX_RATIO}); made by another share: {len(wrong)} assets"
    )
    return int(bool(wrong) or shared > MAX_RATIO * alone)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
