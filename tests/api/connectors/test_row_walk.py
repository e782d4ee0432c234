"""From nothing to issues as a person goes: a preset over landed tables, and a drop folder, by the API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connectors import read_active_connector
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.api.conftest import Client
from tests.conftest import Installation, new_workspace
from tests.support.normalizing import normalize, normalizer

TABLES = Path("tests/landing/polling/sql/landed_tables.sql")
PASSWORD = "planted-secret-of-walker"
FILES = "causeloop_pipeline.landing.polling.files.source"


@pytest.fixture
def landed(postgres: Server) -> Iterator[Server]:
    """A warehouse into which a pipeline has landed Jira's tables."""
    with psycopg.connect(postgres.url(), autocommit=True) as superuser:
        superuser.execute("create database walked")
        superuser.execute(f"create role walker login password '{PASSWORD}'")
        with psycopg.connect(postgres.url("walked"), autocommit=True) as connection:
            connection.execute(TABLES.read_text())
            connection.execute("grant pg_read_all_data to walker")
        yield postgres
        superuser.execute("drop database walked with (force)")
        superuser.execute("drop role walker")


def walk(
    api: httpx2.Client, installation: Installation, workspace_id: UUID, body: dict[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """The result of the test before storing, the issues after the first sync, and the connector then."""
    entered = {name: body[name] for name in ("type", "config", "credentials") if name in body}
    tested = api.post("/v1/connectors/test", json=entered).json()
    made = api.post("/v1/connectors", json=body)
    assert made.status_code == 201, made.text
    connector_id = UUID(made.json()["id"])
    database, stages = Database(installation.pipeline_url), Stages()
    with database.workspace(workspace_id) as session:
        configured = read_active_connector(session, stages.vault, workspace_id, connector_id)
    assert configured is not None
    assert sync(stages, CONNECTORS[body["type"]], configured, None).error is None
    normalize(database, normalizer(installation.pipeline_url), workspace_id)
    issues = api.get("/v1/issues", params={"limit": 100}).json()["data"]
    return tested, issues, api.get(f"/v1/connectors/{connector_id}").json()


def test_tables_that_a_pipeline_landed_become_issues_by_a_preset(
    landed: Server,
    client: Client,
    owner: psycopg.Connection,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{landed.port}")
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "analyst"))
    config = {
        "host": "127.0.0.1",
        "port": landed.port,
        "database": "walked",
        "user": "walker",
        "sslmode": "disable",
        "preset": "fivetran_jira",
        "schema": "fivetran_jira",
    }
    body = {"type": "postgresql", "display_name": "Jira", "config": config, "backfill_days": 3650}
    tested, issues, connector = walk(
        api, installation, workspace_id, body | {"credentials": {"password": PASSWORD}}
    )

    assert tested["ok"], tested["detail"]
    assert {(issue["title"], issue["severity"]) for issue in issues} >= {("Checkout times out", "p1")}
    assert {issue["source"] for issue in issues} == {"postgresql"}
    assert connector["backfill"]["status"] == "succeeded"
    assert PASSWORD not in str([tested, issues, connector])


def test_files_that_are_dropped_become_issues(
    client: Client,
    owner: psycopg.Connection,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(f"{FILES}.SETTLE_SECONDS", 0)
    workspace_id = new_workspace(owner)
    monkeypatch.setattr(settings(), "drop_folders", f"{workspace_id}={tmp_path}")
    api = client(create_service_key(owner, workspace_id, "k", "analyst"))
    (tmp_path / "tills.csv").write_text(
        "id,headline,level,updated_at\n"
        "1,The till is stuck,p1,2026-03-02T08:00:00Z\n2,,p2,2026-03-02T08:00:00Z\n"
    )
    config = {"fields": {"title": "headline", "severity": "level"}}
    body = {"type": "drop_folder", "display_name": "Tills", "config": config}
    tested, issues, connector = walk(api, installation, workspace_id, body)

    assert (tested["ok"], tested["samples"][0]["title"]) == (True, "The till is stuck")
    assert "1 more cannot be read: tills.csv, row 3" in tested["detail"]
    assert [(issue["title"], issue["severity"], issue["source"]) for issue in issues] == [
        ("The till is stuck", "p1", "drop_folder")
    ]
    assert connector["backfill"]["rows_quarantined"] == 1
