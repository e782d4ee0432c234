"""Between two nights only issues of which more than time has changed are scored again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.stages import risk
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.stages.grouping.summaries import refresh_summaries
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.grouping_state import GroupingState, write_grouping_state
from causeloop_pipeline.storage.detect.patterns import add_members
from causeloop_pipeline.storage.predict.predictions import append_predictions
from tests.storage.stored import SEEN, members, new_id, pattern, prediction, store_issue

AS_OF = datetime(2026, 6, 2, 12, tzinfo=UTC)
OLD, NEW = [f"old {n}" for n in range(5)], ["new"]


def score(session: Session, workspace_id: UUID, as_of: datetime, *, is_rebuild: bool = False) -> Counts:
    refresh_summaries(session, workspace_id, is_full=False)
    return risk.run(session, ScopedWorkspace(workspace_id, "UTC"), as_of, RunOptions("a test", is_rebuild))


def predict(session: Session, workspace_id: UUID, name: str, probability: float, at: datetime) -> None:
    append_predictions(session, workspace_id, prediction(name, 30, probability), at)


def store_pattern_of(session: Session, workspace_id: UUID, name: str, external_ids: list[str]) -> list[str]:
    issues = [store_issue(session, workspace_id, external_id) for external_id in external_ids]
    add_members(session, workspace_id, pattern(name), members(name, issues))
    return issues


def test_a_sync_scores_what_is_new_moved_or_edited_and_a_night_scores_all(
    database: Database, workspace_id: UUID
) -> None:
    name, other = new_id(), new_id()
    state = GroupingState("version", "input", "corrections", 7)
    with database.workspace(workspace_id) as session:
        write_grouping_state(session, workspace_id, state, pattern_index=[b"index"], churn=None)
        old = store_pattern_of(session, workspace_id, name, OLD)
        store_pattern_of(session, workspace_id, other, ["another"])
        assert score(session, workspace_id, AS_OF)["issues rescored"] == 6
        assert score(session, workspace_id, AS_OF + timedelta(hours=9))["issues rescored"] == 0

        store_pattern_of(session, workspace_id, name, NEW)
        assert score(session, workspace_id, AS_OF + timedelta(hours=10))["issues rescored"] == 1

        session.execute("update core.issue set severity = 'p1' where issue_id = %s", (old[0],))
        assert score(session, workspace_id, AS_OF + timedelta(hours=11))["issues rescored"] == 1

        predict(session, workspace_id, name, 0.26, SEEN)
        assert score(session, workspace_id, AS_OF + timedelta(hours=12))["issues rescored"] == 0
        predict(session, workspace_id, name, 0.8, SEEN + timedelta(hours=1))
        assert score(session, workspace_id, AS_OF + timedelta(hours=12))["issues rescored"] == 6

        assert score(session, workspace_id, AS_OF + timedelta(hours=21))["issues rescored"] == 7


def test_what_a_sync_leaves_is_what_scoring_all_gives_but_for_a_point_and_a_days_decay(
    database: Database, workspace_id: UUID
) -> None:
    query = "select issue_id, risk_score from core.issue order by issue_id"
    name = new_id()
    state = GroupingState("version", "input", "corrections", 5)
    with database.workspace(workspace_id) as session:
        write_grouping_state(session, workspace_id, state, pattern_index=[b"index"], churn=None)
        store_pattern_of(session, workspace_id, name, OLD)
        score(session, workspace_id, AS_OF)
        predict(session, workspace_id, name, 0.27, SEEN)
        score(session, workspace_id, AS_OF + timedelta(hours=19))
        stored = session.rows(query)
        score(session, workspace_id, AS_OF + timedelta(hours=19), is_rebuild=True)

        for before, after in zip(stored, session.rows(query), strict=True):
            assert abs(before["risk_score"] - after["risk_score"]) <= 1.8
