"""Observation gaps follow from the syncs of connectors."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.storage.core.observation_gaps import (
    read_current_observation_gaps,
    read_observation_gaps,
)
from causeloop_pipeline.storage.database.session import Database, Session
from tests.support.single_occurrences import add_single_occurrences

NOW = datetime.now(UTC).replace(microsecond=0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PATTERN = UUID(int=7)
_numbers = count()


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def session(database: Database, workspace_id: UUID) -> Iterator[Session]:
    """A transaction in the workspace."""
    with database.workspace(workspace_id) as opened:
        yield opened


def connector(
    session: Session,
    workspace_id: UUID,
    made: float = 100,
    backfill: int = 400,
    kind: str = "pagerduty",
    **row: Any,
) -> UUID:
    connector_id = uuid4()
    defaults = {
        "type": kind,
        "display_name": str(connector_id),
        "created_at": ago(made),
        "backfill_days": backfill,
    }
    insert(session, "app.connector", workspace_id, connector_id=connector_id, **defaults | row)
    return connector_id


def sync(
    session: Session,
    workspace_id: UUID,
    connector_id: UUID,
    at: float,
    status: str = "succeeded",
    pages: int = 1,
) -> None:
    insert(
        session,
        "app.sync_run",
        workspace_id,
        connector_id=connector_id,
        started_at=ago(at),
        finished_at=ago(at),
        status=status,
        pages=pages,
    )


def issues(
    session: Session, workspace_id: UUID, connector_id: UUID | None, *days: float, source: str = "pagerduty"
) -> None:
    for at in days:
        insert(
            session,
            "core.issue",
            workspace_id,
            issue_id=uuid4(),
            source=source,
            external_id=str(next(_numbers)),
            connector_id=connector_id,
            title="t",
            severity="p3",
            status="open",
            source_created_at=ago(at),
            source_updated_at=ago(at),
            ingested_at=ago(at),
            pattern_id=PATTERN,
        )
    add_single_occurrences(session)


def insert(session: Session, table: str, workspace_id: UUID, **values: Any) -> None:
    row = {"workspace_id": workspace_id, **values}
    placeholders = ", ".join(["%s"] * len(row))
    session.execute(f"insert into {table} ({', '.join(row)}) values ({placeholders})", list(row.values()))


def all_gaps(session: Session, workspace_id: UUID) -> list[tuple[datetime, datetime]]:
    gaps = read_observation_gaps(session, workspace_id, NOW)
    assert set(gaps["pattern_id"]) <= {str(PATTERN)}
    return gaps.select("started_at", "ended_at").rows()


def gaps_after_backfill(session: Session, workspace_id: UUID) -> list[tuple[datetime, datetime]]:
    """The gaps without the time before the first fetched day."""
    gaps = [span for span in all_gaps(session, workspace_id) if span[0] > EPOCH]
    current = read_current_observation_gaps(session, workspace_id, NOW)
    assert current.select("started_at", "ended_at").rows() == gaps
    return gaps


def test_a_failing_connector_has_a_gap_since_its_last_success(session: Session, workspace_id: UUID) -> None:
    failing = connector(session, workspace_id)
    issues(session, workspace_id, failing, 90, 50)
    for at, status in ((30, "succeeded"), (20, "succeeded"), (19, "failed"), (0.1, "failed")):
        sync(session, workspace_id, failing, at, status)

    assert gaps_after_backfill(session, workspace_id) == [(ago(20), NOW)]


def test_a_poll_that_succeeds_again_closes_the_gap(session: Session, workspace_id: UUID) -> None:
    resumed = connector(session, workspace_id)
    issues(session, workspace_id, resumed, 90)
    for at, status in ((30, "succeeded"), (29, "failed"), (2, "failed"), (0.1, "succeeded")):
        sync(session, workspace_id, resumed, at, status)

    assert gaps_after_backfill(session, workspace_id) == []


@pytest.mark.parametrize(
    ("interval", "hours", "has_gap"), [(1800, 5.9, False), (1800, 6.1, True), (14400, 11, False)]
)
def test_some_missed_polls_are_not_an_outage_yet(
    session: Session, workspace_id: UUID, interval: int, hours: float, has_gap: bool
) -> None:
    late = connector(session, workspace_id, poll_interval_seconds=interval)
    issues(session, workspace_id, late, 90)
    sync(session, workspace_id, late, hours / 24)

    assert bool(gaps_after_backfill(session, workspace_id)) is has_gap


def test_a_paused_connector_has_a_gap_since_its_last_success(session: Session, workspace_id: UUID) -> None:
    paused = connector(session, workspace_id, status="paused")
    issues(session, workspace_id, paused, 90)
    sync(session, workspace_id, paused, 12)

    assert gaps_after_backfill(session, workspace_id) == [(ago(12), NOW)]


def test_a_webhook_that_still_arrives_leaves_no_gap(session: Session, workspace_id: UUID) -> None:
    pushed = connector(session, workspace_id)
    issues(session, workspace_id, pushed, 90)
    sync(session, workspace_id, pushed, 20)
    for channel, at in (("webhook", 0), ("poll", 0)):
        insert(
            session,
            "raw.record",
            workspace_id,
            source="pagerduty",
            external_id=channel,
            channel=channel,
            connector_id=pushed,
            payload="{}",
            payload_hash=channel,
            received_at=ago(at),
        )
    assert gaps_after_backfill(session, workspace_id) == []

    session.execute("update raw.record set received_at = %s where channel = 'webhook'", (ago(8),))
    assert gaps_after_backfill(session, workspace_id) == [(ago(8), NOW)]


def test_a_connector_that_is_never_polled_has_no_gap(session: Session, workspace_id: UUID) -> None:
    hook = connector(session, workspace_id, kind="custom_api", status="paused")
    sync(session, workspace_id, hook, 20, pages=0)
    issues(session, workspace_id, hook, 90, source="custom_api")
    assert gaps_after_backfill(session, workspace_id) == []

    issues(session, workspace_id, None, 80, 70, source="custom_api")
    assert gaps_after_backfill(session, workspace_id) == []


def test_a_pattern_has_the_gap_of_the_connectors_of_most_of_its_issues(
    session: Session, workspace_id: UUID
) -> None:
    failing, working = connector(session, workspace_id), connector(session, workspace_id)
    sync(session, workspace_id, failing, 20)
    sync(session, workspace_id, working, 0.1)
    issues(session, workspace_id, failing, 90, 80, 70)
    issues(session, workspace_id, working, 60)
    assert gaps_after_backfill(session, workspace_id) == [(ago(20), NOW)]

    issues(session, workspace_id, None, 50, 40, source="custom_api")
    assert gaps_after_backfill(session, workspace_id) == []


def test_the_time_before_the_first_fetched_day_is_a_gap(session: Session, workspace_id: UUID) -> None:
    young = connector(session, workspace_id, made=20, backfill=30)
    sync(session, workspace_id, young, 0.1)
    issues(session, workspace_id, young, 40, 3)
    assert all_gaps(session, workspace_id) == [(EPOCH, ago(50))]

    issues(session, workspace_id, young, 70)  # it arrived nevertheless, so that day was observed
    assert all_gaps(session, workspace_id) == [(EPOCH, ago(70))]


def test_issues_of_a_deleted_connector_count_as_those_of_its_successor(
    session: Session, workspace_id: UUID
) -> None:
    issues(session, workspace_id, uuid4(), 90)
    assert gaps_after_backfill(session, workspace_id) == []

    successor = connector(session, workspace_id)
    sync(session, workspace_id, successor, 9)
    assert gaps_after_backfill(session, workspace_id) == [(ago(9), NOW)]


def test_a_connector_that_never_succeeded_has_a_gap_since_it_was_created(
    session: Session, workspace_id: UUID
) -> None:
    broken = connector(session, workspace_id, made=10)
    sync(session, workspace_id, broken, 10, "failed")
    issues(session, workspace_id, broken, 90)

    assert gaps_after_backfill(session, workspace_id) == [(ago(10), NOW)]
