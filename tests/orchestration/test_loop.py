"""The loop as Dagster runs it, over what the ingest API landed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import dagster as dg
import psycopg

from causeloop_pipeline.orchestration.run_scope import NIGHTLY, REQUESTED, TRIGGER
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.conftest import Run
from tests.orchestration.failures import event, failures, ingest
from tests.orchestration.partitions import name_partitions

COUNTS = """
select (select count(*) from core.issue where workspace_id = %(w)s) as issues,
       (select count(*) from detect.fingerprint where workspace_id = %(w)s) as fingerprints,
       (select count(*) from detect.pattern where workspace_id = %(w)s) as patterns,
       (select count(*) from predict.prediction where workspace_id = %(w)s) as predictions,
       (select count(*) from act.recommendation where workspace_id = %(w)s) as recommendations,
       (select count(*) from core.issue where workspace_id = %(w)s and risk_score is null) as unscored,
       (select count(*) from raw.pending_record where workspace_id = %(w)s) as waiting
"""

MEMBERS = "select issue_id, pattern_id from detect.pattern_member where workspace_id = %s order by issue_id"


def rows(database: Database, workspace_id: UUID, statement: str) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows(statement, (workspace_id,))


def counts(database: Database, workspace_id: UUID) -> dict[str, int]:
    with database.workspace(workspace_id) as session:
        row = session.row(COUNTS, {"w": workspace_id})
    assert row is not None
    return row


def pool_failure(external_id: str) -> dict[str, Any]:
    title = "Connection pool exhausted for database orders after 9 ms"
    return event(external_id, "checkout", "payments", title, "PoolTimeout", datetime.now(UTC), "open")


def evaluation(result: dg.ExecuteInProcessResult, asset: str, check: str) -> dg.AssetCheckEvaluation:
    evaluations = [
        candidate
        for candidate in result.get_asset_check_evaluations()
        if candidate.check_name == check and candidate.asset_key.to_user_string() == f"causeloop/{asset}"
    ]
    assert len(evaluations) == 1
    return evaluations[0]


def test_what_was_ingested_becomes_ranked_recommendations(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    landed = ingest(database, workspace_id, failures())

    result = run([workspace_id])

    assert result.success
    stored = counts(database, workspace_id)
    assert stored["issues"] == stored["fingerprints"] == landed.new
    assert stored["patterns"] == 4
    assert stored["predictions"] == 16
    assert stored["recommendations"] >= 1
    assert stored["unscored"] == 0
    assert stored["waiting"] == 0


def test_a_night_without_new_issues_changes_no_pattern_and_issues_no_prediction_twice(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures())
    run([workspace_id])
    before, stored = rows(database, workspace_id, MEMBERS), counts(database, workspace_id)

    result = run([workspace_id], tags={TRIGGER: NIGHTLY})

    assert evaluation(result, "patterns", "unchanged_input_changes_nothing").passed
    assert rows(database, workspace_id, MEMBERS) == before
    assert counts(database, workspace_id) == stored
    state = rows(database, workspace_id, "select churn from detect.grouping_state where workspace_id = %s")
    assert state == [{"churn": 0.0}]


def test_a_new_issue_joins_its_pattern_and_only_that_pattern_is_predicted_again(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures())
    run([workspace_id])
    before = {row["issue_id"]: row["pattern_id"] for row in rows(database, workspace_id, MEMBERS)}
    ingest(database, workspace_id, [pool_failure("new issue")])

    result = run([workspace_id])

    assert result.success
    after = {row["issue_id"]: row["pattern_id"] for row in rows(database, workspace_id, MEMBERS)}
    (new_issue,) = set(after) - set(before)
    assert {issue: after[issue] for issue in before} == before
    assert counts(database, workspace_id)["patterns"] == 4
    again = rows(
        database,
        workspace_id,
        "select pattern_id from predict.prediction where workspace_id = %s "
        "group by pattern_id having count(*) > 4",
    )
    assert again == [{"pattern_id": after[new_issue]}]
    status = rows(
        database,
        workspace_id,
        "select status from core.issue where workspace_id = %s and external_id = 'new issue'",
    )
    assert status == [{"status": "in_loop"}]


def test_one_tenants_contradiction_stops_its_own_stages_and_nobody_elses(
    run: Run, database: Database, owner: psycopg.Connection, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        ingest(database, tenant, failures())
    run([workspace_id, other_workspace_id])
    contradict(database, workspace_id)
    for tenant in (workspace_id, other_workspace_id):
        ingest(database, tenant, [pool_failure("later")])

    result = run([workspace_id, other_workspace_id])

    assert result.success
    verdicts = {
        tenant: {
            row["stage"]: row["verdict"]
            for row in rows(
                database, tenant, "select stage, verdict from app.workspace_freshness where workspace_id = %s"
            )
        }
        for tenant in (workspace_id, other_workspace_id)
    }
    assert verdicts[workspace_id]["patterns"] == "failed"
    assert verdicts[workspace_id]["issues"] == "ok"
    assert set(verdicts[other_workspace_id].values()) == {"ok"}
    scope = "select excluded_by from app.run_scope where workspace_id = %s order by opened_at desc limit 1"
    assert rows(database, workspace_id, scope) == [{"excluded_by": "patterns: ContradictionError"}]
    grouped = "select count(*) as n from core.issue where workspace_id = %s and pattern_id is null"
    assert rows(database, workspace_id, grouped) == [{"n": 1}]
    assert rows(database, other_workspace_id, grouped) == [{"n": 0}]


def test_what_people_unlink_is_apart_after_the_next_run(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures())
    run([workspace_id])
    members = rows(database, workspace_id, MEMBERS)
    left = members[0]
    right = next(row for row in members[1:] if row["pattern_id"] == left["pattern_id"])
    speak(database, workspace_id, "cannot", left["issue_id"], right["issue_id"])

    result = run([workspace_id], first="fingerprints")

    assert evaluation(result, "patterns", "people_are_obeyed").passed
    after = {row["issue_id"]: row["pattern_id"] for row in rows(database, workspace_id, MEMBERS)}
    assert after.get(left["issue_id"]) != after.get(right["issue_id"])


def test_a_request_is_claimed_by_its_run_and_done_at_its_end(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures())
    run([workspace_id])
    ask = (
        "insert into app.recompute_request (workspace_id, kind, requested_by) "
        "values (%s, 'patterns', 'a test')"
    )
    with database.workspace(workspace_id) as session:
        session.execute(ask, (workspace_id,))

    result = run([workspace_id], first="fingerprints", tags={REQUESTED: "patterns"})

    request = (
        "select status, run_id, finished_at is not null as finished "
        "from app.recompute_request where workspace_id = %s"
    )
    assert rows(database, workspace_id, request) == [
        {"status": "done", "run_id": result.run_id, "finished": True}
    ]


def test_lost_records_are_reported_and_take_the_workspace_out_of_the_run(
    run: Run, database: Database, owner: psycopg.Connection, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        ingest(database, tenant, failures())
    lose_records(database, workspace_id)

    result = run([workspace_id, other_workspace_id])

    assert result.success
    check = evaluation(result, "core/issue", "conservation")
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    lossy, other = name_partitions(database, workspace_id, other_workspace_id)
    assert lossy in str(check.metadata)
    assert other not in str(check.metadata)
    assert counts(database, workspace_id)["patterns"] == 0
    assert counts(database, other_workspace_id)["patterns"] == 4


def test_a_run_whose_only_workspace_is_taken_out_computes_nothing_and_does_not_fail(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures())
    lose_records(database, workspace_id)

    result = run([workspace_id])

    assert result.success
    assert not evaluation(result, "core/issue", "conservation").passed
    assert counts(database, workspace_id)["fingerprints"] == 0


def lose_records(database: Database, workspace_id: UUID) -> None:
    """Two records that nothing will read, as a defect could leave them."""
    with database.workspace(workspace_id) as session:
        session.execute(
            "delete from raw.pending_record where (workspace_id, record_id) in "
            "(select workspace_id, record_id from raw.pending_record where workspace_id = %s limit 2)",
            (workspace_id,),
        )


def contradict(database: Database, workspace_id: UUID) -> None:
    """Two facts that cannot both hold, as only a race between two people could write them."""
    members = rows(database, workspace_id, MEMBERS)
    for kind in ("must", "cannot"):
        speak(database, workspace_id, kind, members[0]["issue_id"], members[1]["issue_id"])


def speak(database: Database, workspace_id: UUID, kind: str, left: UUID, right: UUID) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern_constraint "
            "(workspace_id, kind, left_issue_id, right_issue_id, made_by) values (%s, %s, %s, %s, 'a test')",
            (workspace_id, kind, left, right),
        )
