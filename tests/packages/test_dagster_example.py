"""The example project as it is: its daemon reports to a running Causeloop, which says whether it was seen."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import dagster as dg
import psycopg
import pytest

from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import application, serving

__all__ = ["application"]

PACKAGE = ROOT / "packages" / "causeloop-dagster"
SOURCES = os.pathsep.join((str(PACKAGE / "src"), str(PACKAGE / "example" / "src")))
SECONDS = 120
FINISHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)


@pytest.fixture
def environment(
    application: object, owner: psycopg.Connection, workspace_id: UUID, tmp_path: Path
) -> Iterator[dict[str, str]]:
    """The variables of the example's processes, and a running API that they report to."""
    key = create_service_key(owner, workspace_id, "dagster", "analyst")
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    (tmp_path / "workspace.yaml").write_text("load_from:\n  - python_module: shop.definitions\n")
    create_storage(home)
    with serving(application) as url:  # type: ignore[arg-type]
        yield {
            **os.environ,
            "PYTHONPATH": SOURCES,
            "DAGSTER_HOME": str(home),
            "CAUSELOOP_URL": url,
            "CAUSELOOP_KEY": key,
        }


def create_storage(home: Path) -> None:
    """Dagster's SQLite files: two processes that find none would each record a schema version in them."""
    with dg.DagsterInstance.from_config(str(home)):
        pass


def wait_for(what: str, check: Callable[[], object]) -> object:
    """What a check gives once it gives something."""
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        if result := check():
            return result
        time.sleep(0.5)
    raise AssertionError(f"{what} did not come within {SECONDS} s")


def materialize(environment: dict[str, str], folder: Path) -> None:
    """All assets of the example in a run of their own process, which may fail."""
    subprocess.run(
        [sys.executable, "-m", "dagster", "asset", "materialize", "--select", "*", "-m", "shop.definitions"],
        env=environment,
        cwd=folder,
        check=False,
        capture_output=True,
        timeout=SECONDS,
    )


def test_a_failing_asset_reaches_causeloop_and_its_run_is_tagged(
    environment: dict[str, str], tmp_path: Path, database: Database, workspace_id: UUID
) -> None:
    def read_records() -> list[dict[str, object]]:
        with database.workspace(workspace_id) as session:
            return session.rows(
                "select external_id, payload ->> 'title' as title, payload ->> 'status' as status "
                "from raw.record order by received_at"
            )

    def find_tagged() -> list[dg.DagsterRun]:
        with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
            return list(instance.get_runs(filters=dg.RunsFilter(tags={"causeloop/seen_before": "no"})))

    def has_ticked() -> bool:
        with dg.DagsterInstance.from_config(environment["DAGSTER_HOME"]) as instance:
            return any(
                state.instigator_data is not None and getattr(state.instigator_data, "cursor", None)
                for state in instance.all_instigator_state()
            )

    command = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(tmp_path / "workspace.yaml")]
    with (tmp_path / "daemon.log").open("wb") as log:
        daemon = subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=log, stderr=log)
    try:
        wait_for("the first tick", has_ticked)
        materialize(environment, tmp_path)
        failed = wait_for("a failure", read_records)
        tagged = wait_for("a tagged run", find_tagged)
        (tmp_path / "orders.csv").write_text("day,amount\n2026-11-01,12.5\n")
        materialize(environment, tmp_path)
        wait_for("its end", lambda: [each for each in read_records() if each["status"] == "resolved"])
    finally:
        daemon.terminate()
        daemon.wait(timeout=30)

    records = read_records()
    assert [record["title"] for record in failed] == [  # type: ignore[attr-defined]
        "FileNotFoundError: [Errno 2] No such file or directory: 'orders.csv'"
    ]
    assert {record["external_id"] for record in records} == {f"run/{tagged[0].run_id}/raw_orders"}  # type: ignore[index]
    assert [record["status"] for record in records] == ["open", "resolved"]
