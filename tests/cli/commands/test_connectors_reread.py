"""`causeloop connectors reread` reads stored records by the present mappings at once."""

from typing import Any
from uuid import UUID

from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.database.session import Database
from tests.support.normalizing import land_records, record


def test_the_records_of_a_type_are_read_now(
    installation: Any, database: Database, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "a", "title": "Disk full"}, "custom_api"))

    done = CliRunner().invoke(app, ["connectors", "reread", "custom_api"])

    assert done.exit_code == 0, done.output
    assert "records read again" in done.output
    with database.workspace(workspace_id) as session:
        assert session.rows("select title from raw.mapped_record") == [{"title": "Disk full"}]


def test_a_type_that_does_not_exist_is_named(installation: Any) -> None:
    refused = CliRunner().invoke(app, ["connectors", "reread", "nothing"])

    assert refused.exit_code == 1
    assert "there is no connector type 'nothing'" in refused.output
