"""What a tool counts of a group of events is placed where it occurred."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.support.normalizing import land_records, normalize, record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_an_error_trackers_issue_occurs_in_each_hour_that_it_counts(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    hours = [[int(at(60 * hour).timestamp()), count] for hour, count in ((0, 2), (1, 0), (5, 3))]
    issue = {
        "id": "3001",
        "title": "KeyError: sku",
        "level": "error",
        "status": "unresolved",
        "count": "5",
        "firstSeen": at(3).isoformat(),
        "lastSeen": at(310).isoformat(),
        "stats": {"24h": hours},
    }
    land_records(
        database, workspace_id, record(issue, "sentry", external_id="3001", kind="record", channel="poll")
    )
    normalize(database, models, workspace_id)

    with database.workspace(workspace_id) as session:
        rows = session.rows("select started_at, count from core.occurrence order by started_at")
    assert [(row["started_at"], row["count"]) for row in rows] == [(at(3), 2), (at(300), 3)]


def test_what_only_counts_places_what_it_counts_more_where_it_occurred_last(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    for minutes, count in ((90, 4), (600, 9)):
        fault = {
            "id": 1,
            "klass": "NoMethodError",
            "message": "total is nil",
            "resolved": False,
            "created_at": at(0).isoformat(),
            "notices_count": count,
            "last_notice_at": at(minutes).isoformat(),
        }
        land_records(database, workspace_id, record(fault, "honeybadger", external_id="1", kind="record"))
    normalize(database, models, workspace_id)

    with database.workspace(workspace_id) as session:
        rows = session.rows("select started_at, count from core.occurrence order by started_at")
    assert [(row["started_at"], row["count"]) for row in rows] == [(at(0), 1), (at(60), 3), (at(600), 5)]
