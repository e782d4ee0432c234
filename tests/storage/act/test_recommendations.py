"""Recommendations are ranked again and again, while users work on them."""

from datetime import UTC, datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import RECOMMENDATION_SCHEMA
from causeloop_pipeline.storage.act.recommendations import (
    read_fixes,
    read_implemented_recommendations,
    read_recommendation_states,
    write_ranking,
)
from causeloop_pipeline.storage.database.session import Database, Session
from tests.storage.stored import new_id

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def ranking(*ids: str) -> pl.DataFrame:
    rows = [
        {
            "recommendation_id": identity,
            "rank": place,
            "title": "Fix it",
            "type": "code_fix",
            "effort": "low",
            "impact": "high",
            "expected_loops_prevented": 1.0,
            "expected_low": 0.5,
            "expected_high": 2.0,
            "pattern_ids": [new_id()],
            "steps": ['Say "stop", then {wait}'],
            "rationale": "because",
            "score": 1.0,
        }
        for place, identity in enumerate(ids, 1)
    ]
    return pl.DataFrame(rows, schema=RECOMMENDATION_SCHEMA)


def ranks(session: Session) -> dict[str, int | None]:
    rows = session.rows("select recommendation_id::text as id, rank from act.recommendation")
    return {row["id"]: row["rank"] for row in rows}


def test_ranks_may_be_swapped_and_pending_recommendations_without_a_rank_are_deleted(
    database: Database, workspace_id: UUID
) -> None:
    a, b, c = new_id(), new_id(), new_id()
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(a, b), NOW)
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(b, c), NOW)
        assert ranks(session) == {b: 1, c: 2}
        assert session.row("select steps from act.recommendation limit 1") == {
            "steps": ['Say "stop", then {wait}']
        }


def test_a_recommendation_that_users_work_on_keeps_its_status_and_outlives_its_rank(
    database: Database, workspace_id: UUID
) -> None:
    a, b = new_id(), new_id()
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(a, b), NOW)
        session.execute(
            "update act.recommendation set status = 'implemented' where recommendation_id = %s", (a,)
        )
        write_ranking(session, workspace_id, ranking(b, a), NOW)
        write_ranking(session, workspace_id, ranking(b), NOW)
        assert ranks(session) == {a: None, b: 1}
        states = read_recommendation_states(session, workspace_id)
        assert dict(states.select("recommendation_id", "status").iter_rows()) == {
            a: "implemented",
            b: "pending",
        }


def test_the_worst_proof_counts_and_withdrawn_fixes_are_not_read(
    database: Database, workspace_id: UUID
) -> None:
    a = new_id()
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(a), NOW)
        session.execute("update act.recommendation set status = 'implemented'")
        for verdict in ("held", "failed", "partly"):
            session.execute(
                "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
                "days_before, events_after, days_after, text, computed_at) "
                "values (%s, %s, %s, %s, 1, 1, 1, 1, '', now())",
                (workspace_id, a, new_id(), verdict),
            )
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 1, 'me')",
            (workspace_id, a, new_id(), NOW),
        )
        assert read_recommendation_states(session, workspace_id)["verdict"].to_list() == ["failed"]
        assert read_implemented_recommendations(session, workspace_id)["implemented_at"].to_list() == [NOW]
        assert read_fixes(session, workspace_id).height == 1
        session.execute("update act.fix set withdrawn_at = now()")
        assert read_implemented_recommendations(session, workspace_id).is_empty()
        assert read_fixes(session, workspace_id).is_empty()
