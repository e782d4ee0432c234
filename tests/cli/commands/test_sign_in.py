"""`causeloop allow-passwords` lets people in again."""

import psycopg
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.database.session import Database


def test_a_workspace_stops_requiring_single_sign_on_and_records_it(
    owner: psycopg.Connection, database: Database
) -> None:
    organization_id = create_organization(owner, "locked-out", "Locked out", "enterprise", 5)
    workspace_id = create_workspace(owner, organization_id, "main", "Main", "UTC")
    owner.execute("update app.workspace set sso_enforced = true where workspace_id = %s", (workspace_id,))

    result = CliRunner().invoke(app, ["allow-passwords", "locked-out/main"])

    assert result.exit_code == 0
    row = owner.execute(
        "select sso_enforced from app.workspace where workspace_id = %s", (workspace_id,)
    ).fetchone()
    assert row == (False,)
    with database.workspace(workspace_id) as session:
        entries = session.rows("select actor, action from app.audit_log")
    assert entries == [{"actor": "operator", "action": "workspace.passwords_allowed"}]


def test_a_workspace_that_does_not_exist_is_wrong_usage(owner: psycopg.Connection) -> None:
    for name in ("nobody/main", "main"):
        assert CliRunner().invoke(app, ["allow-passwords", name]).exit_code == 2
