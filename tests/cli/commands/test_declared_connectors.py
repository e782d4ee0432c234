"""Commands for connectors of people's own: checked, tried, proven, stored in a workspace, imported."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.database.session import Database
from tests.connectors.declared.written import ANSWER, DESK

runner = CliRunner()
MANIFEST = Path("tests/connectors/airbyte/manifest.yaml")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A declaration, and an answer of its tool beside it."""
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    (tmp_path / "answer.json").write_text(json.dumps(ANSWER), encoding="utf-8")
    return file


def test_a_wrong_declaration_is_refused_with_file_line_field_and_cure(desk: Path) -> None:
    desk.write_text(DESK.replace("size: 50", "size: 0").replace("minor: p4", "minor: p9"), encoding="utf-8")

    result = runner.invoke(app, ["connectors", "check", str(desk)])

    assert result.exit_code == 1
    assert (
        "desk.yaml: line 16, pulls[0].pages.offset_pages.size: expected between 1 and 10000" in result.stderr
    )


def test_a_declaration_shows_what_it_makes_of_an_answer_without_a_database(desk: Path) -> None:
    answer = str(desk.with_name("answer.json"))

    result = runner.invoke(app, ["connectors", "map", "--declaration", str(desk), answer, "--json"])

    assert result.exit_code == 0, result.output
    issue = json.loads(result.stdout)["issues"][0]
    assert (issue["external_id"], issue["severity"], issue["read_from"]["severity"]) == (
        "acme_desk/7",
        "p1",
        ["prio"],
    )


def test_a_stored_declaration_is_in_the_workspace_and_in_no_other(
    desk: Path, database: Database, workspace_id: UUID
) -> None:
    result = runner.invoke(app, ["connectors", "add", str(desk), "--workspace", str(workspace_id)])

    assert result.exit_code == 0, result.output
    with database.every_workspace() as session:
        rows = session.rows("select workspace_id, title, written from app.connector_declaration")
    assert [row for row in rows if row["workspace_id"] == workspace_id] == [
        {"workspace_id": workspace_id, "title": "Acme Desk", "written": DESK}
    ]


def test_an_imported_manifest_can_be_checked_at_once_and_its_losses_are_listed(tmp_path: Path) -> None:
    written = tmp_path / "house.yaml"

    imported = runner.invoke(
        app, ["connectors", "import", str(MANIFEST), "--name", "ticket_house", "--output", str(written)]
    )
    checked = runner.invoke(app, ["connectors", "check", str(written)])

    assert (imported.exit_code, checked.exit_code) == (0, 0), imported.output + checked.output
    assert "lost: stream tickets: its record filter" in imported.stderr
    assert "it polls tickets, comments, teams, audits" in checked.stdout
