"""What a table's columns say, which Dagster shows on the page of the asset that writes it."""

from uuid import UUID

import pytest

from causeloop_pipeline.orchestration.asset_metadata import LANDING_TABLE, STAGE_TABLES
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.database.table_catalog import read_columns

SEEN_BY_PEOPLE = ("patterns", "clusters", "predictions", "proofs", "recommendations")


def test_a_column_says_what_the_view_for_people_says_of_it(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        columns = {column.name: column for column in read_columns(session, "detect.pattern")}

    assert columns["pattern_id"].comment == "Its id, which it keeps for ever."
    assert columns["workspace_id"].comment == "The workspace that it belongs to."
    assert (columns["mttr_seconds"].type, columns["mttr_seconds"].is_nullable) == ("bigint", True)


@pytest.mark.parametrize("table", [LANDING_TABLE, *(STAGE_TABLES[stage] for stage in SEEN_BY_PEOPLE)])
def test_of_what_people_are_shown_most_columns_are_described(
    database: Database, workspace_id: UUID, table: str
) -> None:
    with database.workspace(workspace_id) as session:
        columns = read_columns(session, table)

    undescribed = [column.name for column in columns if not column.comment]
    assert len(undescribed) <= len(columns) / 2, undescribed
