"""Recommendations as ranked again and again, while people work on them."""

from datetime import UTC, datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT, RECOMMENDATION_SCHEMA
from causeloop_pipeline.storage.act.recommendations import (
    rank_recommendations,
    read_claimed_recommendations,
    read_fixes,
    read_known_recommendations,
)
from causeloop_pipeline.storage.database.session import Database, Session
from tests.storage.stored import new_id

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KNOWN = pl.Schema(dict.fromkeys(("recommendation_id", "status", "type", "verdict"), pl.String()))
CLAIMED = pl.Schema(
    {
        "recommendation_id": pl.String(),
        "pattern_ids": pl.List(pl.String()),
        "status": pl.String(),
        "implemented_at": INSTANT,
    }
)


def ranked(*ids: str) -> pl.DataFrame:
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


def test_ranks_may_be_swapped_and_pending_ones_that_no_longer_count_go(
    database: Database, workspace_id: UUID
) -> None:
    a, b, c = new_id(), new_id(), new_id()
    with database.workspace(workspace_id) as session:
        rank_recommendations(session, workspace_id, ranked(a, b), NOW)
    with database.workspace(workspace_id) as session:
        rank_recommendations(session, workspace_id, ranked(b, c), NOW)
        assert ranks(session) == {b: 1, c: 2}
        assert session.row("select steps from act.recommendation limit 1") == {
            "steps": ['Say "stop", then {wait}']
        }


def test_what_people_work_on_keeps_its_status_and_outlives_the_ranking(
    database: Database, workspace_id: UUID
) -> None:
    a, b = new_id(), new_id()
    with database.workspace(workspace_id) as session:
        rank_recommendations(session, workspace_id, ranked(a, b), NOW)
        session.execute(
            "update act.recommendation set status = 'implemented' where recommendation_id = %s", (a,)
        )
        rank_recommendations(session, workspace_id, ranked(b, a), NOW)
        rank_recommendations(session, workspace_id, ranked(b), NOW)
        assert ranks(session) == {a: None, b: 1}
        known = read_known_recommendations(session, workspace_id, KNOWN)
        assert dict(known.select("recommendation_id", "status").iter_rows()) == {
            a: "implemented",
            b: "pending",
        }


def test_the_worst_proof_speaks_and_withdrawn_fixes_are_no_claims(
    database: Database, workspace_id: UUID
) -> None:
    a = new_id()
    fixes = pl.Schema({"recommendation_id": pl.String(), "pattern_id": pl.String(), "fixed_at": INSTANT})
    with database.workspace(workspace_id) as session:
        rank_recommendations(session, workspace_id, ranked(a), NOW)
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
        assert read_known_recommendations(session, workspace_id, KNOWN)["verdict"].to_list() == ["failed"]
        assert read_claimed_recommendations(session, workspace_id, CLAIMED)["implemented_at"].to_list() == [
            NOW
        ]
        assert read_fixes(session, workspace_id, fixes).height == 1
        session.execute("update act.fix set withdrawn_at = now()")
        assert read_claimed_recommendations(session, workspace_id, CLAIMED).is_empty()
        assert read_fixes(session, workspace_id, fixes).is_empty()
