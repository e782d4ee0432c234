"""Few patterns are clustered in each run; many when they have become more, or after some hours."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.stages.clusters import CLUSTER_AGAIN_AFTER, FEW_PATTERNS, is_due
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.clusters import note_clustering
from causeloop_pipeline.storage.detect.grouping_state import GroupingState, write_grouping_state
from tests.storage.stored import store_pattern

AS_OF = datetime(2026, 6, 2, 12, tzinfo=UTC)
STATE = GroupingState("version", "input", "corrections", 7)


def group(session: Session, workspace_id: UUID) -> None:
    write_grouping_state(session, workspace_id, STATE, pattern_index=[b"index"], churn=None)


def store_patterns(session: Session, workspace_id: UUID, count: int) -> None:
    for _ in range(count):
        store_pattern(session, workspace_id)


def test_few_patterns_are_clustered_in_each_run(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        group(session, workspace_id)
        store_patterns(session, workspace_id, 5)
        note_clustering(session, workspace_id, AS_OF)
        assert is_due(session, workspace_id, AS_OF)


def test_many_patterns_are_clustered_when_they_are_more_or_grouped_again_or_after_some_hours(
    database: Database, workspace_id: UUID
) -> None:
    soon = AS_OF + timedelta(minutes=1)
    with database.workspace(workspace_id) as session:
        group(session, workspace_id)
        store_patterns(session, workspace_id, FEW_PATTERNS + 1)
        assert is_due(session, workspace_id, AS_OF)
        note_clustering(session, workspace_id, AS_OF)
        assert not is_due(session, workspace_id, soon)
        assert is_due(session, workspace_id, AS_OF + CLUSTER_AGAIN_AFTER)

        store_patterns(session, workspace_id, 15)
        assert not is_due(session, workspace_id, soon)
        store_patterns(session, workspace_id, 1)
        assert is_due(session, workspace_id, soon)

        note_clustering(session, workspace_id, AS_OF)
        assert not is_due(session, workspace_id, soon)
        group(session, workspace_id)
        assert is_due(session, workspace_id, soon)
