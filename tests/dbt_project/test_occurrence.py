"""Every issue has its occurrences, which follow from its record's versions whatever was stored before."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.support.normalizing import issues, land_records, normalize, record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SELECT_OCCURRENCES = """
select i.external_id, o.started_at, o.ended_at, o.count, o.record_id
from core.occurrence as o
join core.issue as i using (workspace_id, issue_id)
where o.workspace_id = %s
order by 1, 2
"""


def occurrences(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows(SELECT_OCCURRENCES, (workspace_id,))


def land_version(database: Database, workspace_id: UUID, hours: int, **fields: Any) -> None:
    payload = {"external_id": "X-1", "title": "Checkout times out", **fields}
    version = record(payload, source_updated_at=NOON + timedelta(hours=hours))
    land_records(database, workspace_id, version)


def test_an_issue_begins_and_ends_with_its_occurrence(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    ended = NOON + timedelta(hours=2)
    land_version(database, workspace_id, 0, source_created_at=NOON.isoformat())
    normalize(database, models, workspace_id)
    (begun,) = occurrences(database, workspace_id)
    land_version(
        database,
        workspace_id,
        3,
        source_created_at=NOON.isoformat(),
        status="resolved",
        resolved_at=ended.isoformat(),
    )
    normalize(database, models, workspace_id)
    (over,) = occurrences(database, workspace_id)

    assert (begun["started_at"], begun["ended_at"], begun["count"]) == (NOON, None, 1)
    assert (over["started_at"], over["ended_at"]) == (NOON, ended)
    assert begun["record_id"] != over["record_id"]


def test_an_occurrence_that_no_version_tells_of_any_more_is_gone(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    earlier = NOON - timedelta(days=1)
    land_version(database, workspace_id, 0, source_created_at=NOON.isoformat())
    land_records(database, workspace_id, record({"external_id": "other", "title": "Disk full"}))
    normalize(database, models, workspace_id)
    land_version(database, workspace_id, 1, source_created_at=earlier.isoformat())
    normalize(database, models, workspace_id)

    rows = occurrences(database, workspace_id)
    assert [row["external_id"] for row in rows] == ["X-1", "other"]
    assert rows[0]["started_at"] == earlier


def test_a_rebuild_gives_the_same_occurrences(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_version(database, workspace_id, 0, status="resolved")
    land_version(database, workspace_id, 5, status="open")
    normalize(database, models, workspace_id)
    before = occurrences(database, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute("delete from core.occurrence where workspace_id = %s", (workspace_id,))
        session.execute(
            "insert into core.occurrence (workspace_id, issue_id, started_at, count) "
            "select workspace_id, issue_id, source_created_at - n * interval '1 day', 7 "
            "from core.issue, generate_series(0, 2) as n"
        )

    normalize(database, models, workspace_id, rebuild=True)

    assert before != []
    assert occurrences(database, workspace_id) == before


def test_an_issue_that_no_record_gives_any_more_takes_its_occurrences_along(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_version(database, workspace_id, 0)
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute("delete from raw.record where workspace_id = %s", (workspace_id,))

    normalize(database, models, workspace_id, rebuild=True)

    assert issues(database, workspace_id) == {}
    assert occurrences(database, workspace_id) == []
