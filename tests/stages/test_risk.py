"""Between two nights only issues of which more than time has changed are scored again."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.predict.risk import score_pattern_risk
from causeloop_pipeline.model.prediction import NEAREST_WINDOW
from causeloop_pipeline.stages import risk
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.stages.grouping.summaries import refresh_summaries
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_issues
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.grouping_state import GroupingState, write_grouping_state
from causeloop_pipeline.storage.detect.pattern_risks import read_moved_risk_factors
from causeloop_pipeline.storage.detect.patterns import add_members, read_members, read_patterns
from causeloop_pipeline.storage.predict.predictions import append_predictions, read_latest_predictions
from tests.storage.stored import (
    SEEN,
    members,
    new_id,
    pattern,
    prediction,
    store_issue,
    store_occurrence,
    store_pattern,
)

AS_OF = datetime(2026, 6, 2, 12, tzinfo=UTC)
STORED_RISK = pl.Schema({"pattern_id": pl.String(), "risk_score": pl.Float64()})
OLD, NEW = [f"old {n}" for n in range(5)], ["new"]


def score(session: Session, workspace_id: UUID, as_of: datetime, *, is_rebuild: bool = False) -> Counts:
    refresh_summaries(session, workspace_id, is_full=False)
    return risk.run(session, ScopedWorkspace(workspace_id, "UTC"), as_of, RunOptions("a test", is_rebuild))


def predict(session: Session, workspace_id: UUID, name: str, probability: float, at: datetime) -> None:
    append_predictions(session, workspace_id, prediction(name, NEAREST_WINDOW, probability), at)


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


def test_a_new_issue_is_scored_by_its_pattern_even_if_that_ones_own_risk_stays(
    database: Database, workspace_id: UUID
) -> None:
    name = new_id()
    state = GroupingState("version", "input", "corrections", 5)
    with database.workspace(workspace_id) as session:
        write_grouping_state(session, workspace_id, state, pattern_index=[b"index"], churn=None)
        store_pattern_of(session, workspace_id, name, OLD)
        predict(session, workspace_id, name, 0.9, SEEN)
        score(session, workspace_id, AS_OF)
        store_pattern_of(session, workspace_id, name, NEW)
        assert score(session, workspace_id, AS_OF)["patterns rescored"] == 0
        risks = session.rows("select distinct risk_score from core.issue")
    assert len(risks) == 1


def store_random_issues(
    session: Session, workspace_id: UUID, name: str, generator: random.Random, seen_at: datetime
) -> None:
    """One to three new issues of a pattern, which occurred again at this moment."""
    issues = [store_issue(session, workspace_id, new_id()) for _ in range(generator.randint(1, 3))]
    for issue_id in issues:
        values = generator.choice("1234"), generator.choice(["a", "b", None]), generator.choice(["x", None])
        session.execute(
            "update core.issue set severity = 'p' || %s, service = %s, team = %s where issue_id = %s",
            (*values, issue_id),
        )
        store_occurrence(session, workspace_id, issue_id, seen_at)
    add_members(session, workspace_id, pattern(name), members(name, issues))


def change_something(
    session: Session, workspace_id: UUID, names: list[str], generator: random.Random, as_of: datetime
) -> None:
    name = generator.choice(names)
    match generator.choice(["arrive", "arrive", "predict", "predict", "expire", "edit", "nothing"]):
        case "arrive":
            seen_at = as_of - timedelta(days=generator.choice([0.1, 3, 40]))
            store_random_issues(session, workspace_id, name, generator, seen_at)
        case "predict":
            predict(session, workspace_id, name, generator.random(), as_of)
        case "expire":
            session.execute("delete from predict.prediction where pattern_id = %s", (name,))
        case "edit":
            session.execute(
                "update core.issue set severity = 'p1' where issue_id in "
                "(select issue_id from core.issue where pattern_id = %s order by issue_id limit 1)",
                (name,),
            )


def score_all_patterns(session: Session, workspace_id: UUID, as_of: datetime) -> pl.DataFrame:
    return score_pattern_risk(
        read_patterns(session, workspace_id),
        read_members(session, workspace_id),
        read_issues(session, workspace_id),
        read_latest_predictions(session, workspace_id, (NEAREST_WINDOW,)),
        as_of=as_of,
    )


@pytest.mark.parametrize("seed", range(5))
def test_after_each_sync_the_risk_of_every_pattern_is_what_scoring_all_gives(
    seed: int, database: Database, workspace_id: UUID
) -> None:
    generator, as_of = random.Random(seed), AS_OF
    names = [new_id() for _ in range(8)]
    state = GroupingState("version", "input", "corrections", 5)
    with database.workspace(workspace_id) as session:
        write_grouping_state(session, workspace_id, state, pattern_index=[b"index"], churn=None)
        store_pattern(session, workspace_id)
        for name in names:
            store_random_issues(session, workspace_id, name, generator, as_of - timedelta(days=1))
    rescored: float = 0
    for _ in range(15):
        as_of += timedelta(hours=generator.choice([0.2, 1, 5, 30]))
        with database.workspace(workspace_id) as session:
            for _ in range(generator.randint(0, 4)):
                change_something(session, workspace_id, names, generator, as_of)
            counts = score(session, workspace_id, as_of)
            stored = read_patterns(session, workspace_id, STORED_RISK)
            of_all = score_all_patterns(session, workspace_id, as_of)
            # One whose score lies within .0001 of the next tenth is looked at again, and stays.
            assert (
                read_moved_risk_factors(
                    session, workspace_id, {**risk.FORMULA, "window_days": NEAREST_WINDOW}, as_of
                ).height
                <= 1
            )
            assert score(session, workspace_id, as_of)["patterns rescored"] == 0
        assert_frame_equal(stored.rename({"pattern_id": "id"}), of_all)
        assert counts["critical patterns"] == of_all.filter(pl.col("risk_score") >= risk.CRITICAL_FROM).height
        rescored += counts["patterns rescored"]
    assert len(names) < rescored < 14 * len(names)
