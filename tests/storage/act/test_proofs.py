"""When a verdict was given is kept each time that it changes, and when what had held came back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import polars as pl

from causeloop_pipeline.analysis.act.proof import PROOF_SCHEMA
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.act.proofs import record_returns, record_verdicts, replace_proofs
from causeloop_pipeline.storage.database.session import Database

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def proof(recommendation_id: UUID, pattern_id: UUID, verdict: str) -> pl.DataFrame:
    row = {
        "recommendation_id": str(recommendation_id),
        "pattern_id": str(pattern_id),
        "verdict": verdict,
        "events_before": 9,
        "days_before": 90.0,
        "events_after": 0,
        "days_after": 40.0,
        "left_out": [],
        "text": "why",
    }
    return pl.DataFrame([{name: row.get(name) for name in PROOF_SCHEMA}], schema=PROOF_SCHEMA)


def test_a_verdict_is_kept_when_it_is_new_or_changes_and_a_return_once(
    database: Database, workspace_id: UUID
) -> None:
    fix, pattern = uuid4(), uuid4()
    occurred = pl.DataFrame(
        {"pattern_id": [str(pattern)] * 3, "occurred_at": [NOW + timedelta(days=at) for at in (-5, 9, 12)]},
        schema={"pattern_id": pl.String, "occurred_at": INSTANT},
    )
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 1, 'a test')",
            (workspace_id, fix, pattern, NOW - timedelta(days=40)),
        )
        recorded = []
        for day, verdict in enumerate(("not_provable_yet", "held", "held", "failed")):
            replace_proofs(session, workspace_id, proof(fix, pattern, verdict), NOW + timedelta(days=day))
            recorded.append(record_verdicts(session, workspace_id))
        returned = [record_returns(session, workspace_id, occurred) for _ in range(2)]
        verdicts = session.rows(
            "select verdict, decided_at, came_back_at from act.verdict order by decided_at"
        )

    assert recorded == [1, 1, 0, 1]
    assert [(row["verdict"], (row["decided_at"] - NOW).days) for row in verdicts] == [
        ("not_provable_yet", 0),
        ("held", 1),
        ("failed", 3),
    ]
    assert returned == [1, 0]
    assert [row["came_back_at"] for row in verdicts] == [None, NOW + timedelta(days=9), None]
