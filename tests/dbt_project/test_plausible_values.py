"""Values that no tool can mean are refused or dropped before they reach an issue."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.conservation import check_conservation
from tests.dbt_project.test_issue import version
from tests.support.normalizing import issues, land_records, normalize


def test_an_impossible_time_quarantines_only_its_own_record(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(
        database,
        workspace_id,
        version(0, "sound", source_created_at="1990-01-01T00:00:00Z"),
        version(0, "zero", source_created_at="0001-01-01T00:00:00Z"),
        version(0, "far", source_created_at="9999-12-31T00:00:00Z"),
        version(0, "far-end", status="resolved", resolved_at="9999-12-31T00:00:00Z"),
        version(0, "not-yet", status="open", resolved_at="0001-01-01T00:00:00Z"),
    )

    normalize(database, models, workspace_id)

    with database.workspace(workspace_id) as session:
        refused = session.rows("select external_id, reason from raw.quarantine order by external_id")
        lost = [balance for balance in check_conservation(session, workspace_id) if not balance.balanced]
    assert set(issues(database, workspace_id)) == {"sound", "not-yet"}
    assert [row["external_id"] for row in refused] == ["far", "far-end", "zero"]
    assert refused[2]["reason"].startswith("source_created_at: 0001-01-01T00:00:00Z lies before 1990")
    assert lost == []


def test_an_address_that_is_not_a_web_address_is_dropped(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    addresses = {"web": "https://x.test/1", "script": "javascript:alert(1)", "data": "data:text/html,x"}
    land_records(
        database, workspace_id, *(version(0, name, external_url=url) for name, url in addresses.items())
    )

    normalize(database, models, workspace_id)

    stored = {name: issue["external_url"] for name, issue in issues(database, workspace_id).items()}
    assert stored == {"web": "https://x.test/1", "script": None, "data": None}
