"""Records become issues: newest version wins, people win over every version, and a rebuild changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.normalization import Normalizer
from causeloop_pipeline.storage.session import Database
from tests.normalizing import issues, landed, normalized, record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def version(hours: int, external_id: str = "X-1", **fields: Any) -> RawRecord:
    """A version of a record, made so many hours after noon."""
    payload = {"external_id": external_id, "title": "Checkout times out", **fields}
    return record(payload, source_updated_at=NOON + timedelta(hours=hours))


def edit(database: Database, workspace_id: UUID, external_id: str, field: str, value: str | None) -> None:
    """What a person changes, as the API records it."""
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by) "
            "values (%s, core.issue_id(%s, 'custom_api', %s), %s, %s, 'ana')",
            (workspace_id, workspace_id, external_id, field, value),
        )


def test_a_record_in_the_products_words_is_an_issue(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    landed(
        database,
        workspace_id,
        version(
            0,
            body="no answer in 30 s",
            severity="p1",
            status="open",
            service="checkout",
            error_type="Timeout",
            team="payments",
            environment="production",
            external_url="https://x.test/1",
            source_created_at="2026-03-01T09:30:00.123456789Z",
            attributes={"region": "eu"},
        ),
    )

    normalized(database, models, workspace_id)

    issue = issues(database, workspace_id)["X-1"]
    assert issue["title"] == "Checkout times out"
    assert issue["body"] == "no answer in 30 s"
    assert (issue["severity"], issue["status"]) == ("p1", "open")
    assert (issue["service"], issue["error_type"]) == ("checkout", "Timeout")
    assert (issue["team"], issue["environment"]) == ("payments", "production")
    assert issue["external_url"] == "https://x.test/1"
    assert issue["source_created_at"] == datetime(2026, 3, 1, 9, 30, 0, 123457, UTC)
    assert issue["source_updated_at"] == NOON
    assert issue["resolved_at"] is None
    assert issue["attributes"] == {"region": "eu"}
