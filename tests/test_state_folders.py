"""A state folder may be new, lost or another one than that of the last start: every run still ends."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import psycopg
import pytest

from bench.installation import RunningInstallation, wait_until
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.embedded.settings_files import read_settings
from tests.conftest import Installation, new_workspace
from tests.storage.own_installation import own_installation

pytestmark = [pytest.mark.timeout(600), pytest.mark.database]
URLS = ("database_url", "pipeline_database_url", "api_database_url", "dagster_database_url", "secret_key")
SECONDS_TO_ISSUE = 120.0


class Servers(RunningInstallation):
    """`causeloop up --no-demo` on a database that others have migrated, and a key of a workspace in it."""

    key: str

    def begin(self) -> None:
        self.start("--no-demo")
        self.await_line("servers")

    def make_issue(self) -> None:
        """One event becomes an issue, which takes a run."""
        title = f"Payment timeout {uuid4().hex}"
        event = {"external_id": title, "title": title, "source_created_at": "2026-11-01T10:00:00Z"}
        headers = {"authorization": f"Bearer {self.key}"}
        address = f"http://127.0.0.1:{self.ports['API']}"
        with httpx2.Client(base_url=address, headers=headers, timeout=30) as api:
            assert api.post("/v1/ingest/events", json=event).status_code == 202
            wait_until(lambda: title in api.get("/v1/issues?limit=100").text, SECONDS_TO_ISSUE)


@pytest.fixture
def servers(installation: Installation, tmp_path: Path) -> Iterator[Servers]:
    (tmp_path / "first").mkdir()
    with own_installation(installation, tmp_path / "first") as own:
        values = read_settings(own.state_dir)
        running = Servers(tmp_path / "state")
        running.environment = {f"CAUSELOOP_{name.upper()}": values[name] for name in URLS}
        with psycopg.connect(own.owner_url, autocommit=True) as owner:
            workspace_id = new_workspace(owner)
            running.key = create_service_key(owner, workspace_id, "loader", "analyst")
        yield running
        if running.process is not None and running.process.poll() is None:
            running.end()


def test_no_run_hangs_whatever_becomes_of_the_state_folder(servers: Servers, tmp_path: Path) -> None:
    servers.begin()
    servers.make_issue()
    (servers.state_dir / "dbt").rename(tmp_path / uuid4().hex)
    servers.make_issue()
    servers.end()

    (servers.state_dir / "dbt").rename(tmp_path / uuid4().hex)
    servers.begin()
    servers.make_issue()
    servers.end()

    servers.state_dir = tmp_path / "another machine"
    servers.begin()
    servers.make_issue()
