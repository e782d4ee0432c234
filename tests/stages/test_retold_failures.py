"""A workspace of one issue that recurs holds the same as one with an issue for each firing."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.stages import fingerprints, patterns, predictions, proofs, risk
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_occurrences
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation
from tests.storage.stored import store_occurrence
from tests.support.retold_failures import AS_OF, LASTS, STARTS, TELLINGS, WEEKS, tell

STAGES: tuple[Callable[..., Counts], ...] = (
    fingerprints.run,
    patterns.run,
    predictions.run,
    risk.run,
    proofs.run,
)
INSERT_OCCURRENCE = (
    "insert into core.occurrence (workspace_id, issue_id, started_at, ended_at) values (%s, %s, %s, %s)"
)
INSERT_FIX = (
    "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, "
    "claimed_by) values (%s, %s, %s, %s, 1, 'a test')"
)
RESULTS = {
    "pattern": "select status, occurrence_count, first_seen_at, last_seen_at, mttr_seconds, "
    "typical_gap_days, risk_score from detect.pattern",
    "tally": "select kind, value, count from detect.pattern_tally where kind = 'day' order by value",
    "predictions": "select window_days, round(probability::numeric, 9) as probability, event_count, impact, "
    "next_date_median from predict.prediction order by window_days, issued_at",
    "proofs": "select verdict, events_before, days_before, events_after, days_after, rate_ratio "
    "from act.proof",
}


def store_telling(session: Session, workspace_id: UUID, occurrences_of_issue: Sequence[int]) -> None:
    for issue, starts in tell(occurrences_of_issue):
        issue_id = store_issue(session, workspace_id, issue)
        for start in starts:
            session.execute(INSERT_OCCURRENCE, (workspace_id, issue_id, start, start + LASTS))


def store_issue(session: Session, workspace_id: UUID, issue: dict[str, Any]) -> UUID:
    row = {"workspace_id": workspace_id, "issue_id": uuid4(), "ingested_at": AS_OF, **issue}
    placeholders = ", ".join(["%s"] * len(row))
    session.execute(f"insert into core.issue ({', '.join(row)}) values ({placeholders})", list(row.values()))
    return UUID(str(row["issue_id"]))


def run_stages(session: Session, workspace_id: UUID, as_of: datetime = AS_OF) -> None:
    for run in STAGES:
        run(session, ScopedWorkspace(workspace_id, "Europe/Berlin"), as_of, RunOptions("a test"))


def read_results(session: Session) -> dict[str, list[dict[str, Any]]]:
    return {name: session.rows(query) for name, query in RESULTS.items()}


def claim_fix(installation: Installation, session: Session, workspace_id: UUID) -> None:
    """Of the only pattern, four months ago."""
    pattern = session.row("select pattern_id from detect.pattern")
    assert pattern is not None
    fixed_at = AS_OF - timedelta(days=120)
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        superuser.execute(INSERT_FIX, (workspace_id, UUID(int=1), pattern["pattern_id"], fixed_at))


@pytest.fixture
def results(
    installation: Installation, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> list[dict[str, list[dict[str, Any]]]]:
    """What two workspaces hold, of an issue for each firing and of one issue."""
    first, second, *_ = TELLINGS.values()
    stored = []
    for tenant, telling in ((workspace_id, first), (other_workspace_id, second)):
        with database.workspace(tenant) as session:
            store_telling(session, tenant, telling)
            patterns_only = STAGES[:2]
            for run in patterns_only:
                run(session, ScopedWorkspace(tenant, "Europe/Berlin"), AS_OF, RunOptions("a test"))
        with database.workspace(tenant) as session:
            claim_fix(installation, session, tenant)
            run_stages(session, tenant)
            stored.append(read_results(session))
    return stored


def test_the_same_pattern_predictions_and_proof_are_stored(
    results: list[dict[str, list[dict[str, Any]]]],
) -> None:
    of_many, of_one = results
    assert of_many == of_one
    (pattern,) = of_one["pattern"]
    assert (pattern["occurrence_count"], pattern["mttr_seconds"]) == (WEEKS, 3_600)
    assert len(of_one["tally"]) == WEEKS
    assert all(row["event_count"] == WEEKS for row in of_one["predictions"])
    assert [row["probability"] is None for row in of_one["predictions"]] == [False] * 4
    assert [row["events_after"] > 0 for row in of_one["proofs"]] == [True]


def test_an_issue_becomes_a_pattern_when_it_occurs_again_and_the_pattern_follows_it(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        (issue, _), *_ = tell([1])
        issue_id = store_issue(session, workspace_id, issue)
        store_occurrence(session, workspace_id, str(issue_id), STARTS[0])
        run_stages(session, workspace_id)
        assert session.rows("select * from detect.pattern") == []

        store_occurrence(session, workspace_id, str(issue_id), STARTS[1])
        run_stages(session, workspace_id)
        (pattern,) = session.rows("select * from detect.pattern")
        (member,) = session.rows("select issue_id, pattern_id from detect.pattern_member")
        assert member == {"issue_id": issue_id, "pattern_id": pattern["pattern_id"]}
        assert (pattern["issue_count"], pattern["occurrence_count"]) == (1, 2)

        store_occurrence(session, workspace_id, str(issue_id), STARTS[2])
        run_stages(session, workspace_id, AS_OF + LASTS)
        (followed,) = session.rows("select * from detect.pattern")
        assert (followed["occurrence_count"], followed["last_seen_at"]) == (3, STARTS[2])
        assert read_occurrences(session, workspace_id)["occurred_at"].sort().to_list() == list(STARTS[:3])
        counts = session.rows("select distinct event_count from predict.prediction order by 1")
        assert [row["event_count"] for row in counts] == [2, 3]


def test_an_issue_that_occurs_again_is_due_for_risk_and_one_that_ends_is_not(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        (issue, _), *_ = tell([1])
        issue_id = str(store_issue(session, workspace_id, issue))
        store_occurrence(session, workspace_id, issue_id, STARTS[0])
        run_stages(session, workspace_id)
        (old,) = session.rows("select risk_score, is_risk_due from core.issue")
        session.execute("update core.occurrence set ended_at = started_at + interval '1 hour'")
        assert session.rows("select is_risk_due from core.issue") == [{"is_risk_due": False}]

        store_occurrence(session, workspace_id, issue_id, AS_OF - LASTS)
        (due,) = session.rows("select is_risk_due, is_ungrouped from core.issue")
        run_stages(session, workspace_id)
        (new,) = session.rows("select risk_score from core.issue")

    assert old["is_risk_due"] is False
    assert due == {"is_risk_due": True, "is_ungrouped": True}
    assert new["risk_score"] > old["risk_score"] + 5
