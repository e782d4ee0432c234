"""What a workspace keeps no longer is deleted, and nothing that people's corrections or open proofs need."""

from uuid import UUID, uuid4

import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.model.pattern import CENTRAL_MEMBERS
from causeloop_pipeline.orchestration.jobs.retention import retention
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.retention import delete_expired_rows_of
from causeloop_pipeline.storage.app.retention import delete_expired
from causeloop_pipeline.storage.app.tenants import create_user
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.grouping_state import (
    GroupingState,
    read_grouping_state,
    write_grouping_state,
)
from causeloop_pipeline.storage.raw.conservation import check_conservation
from tests.conftest import Installation
from tests.support.aged_rows import add_issue, add_pattern, add_prediction, ids, ids_of_all


@pytest.fixture
def workspace_id(owner: psycopg.Connection, workspace_id: UUID) -> UUID:
    """A workspace that keeps issues for 100 days, predictions for 50, and its audit log for 365."""
    owner.execute(
        "update app.workspace_settings set issues_days = 100, predictions_days = 50, audit_days = 365 "
        "where workspace_id = %s",
        (workspace_id,),
    )
    return workspace_id


def test_issues_go_with_all_that_hangs_on_them_when_they_are_old_enough(
    resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for days in (101, 400):
        add_issue(database, workspace_id, days)
    young = {add_issue(database, workspace_id, 99), add_issue(database, workspace_id, 400, updated=5)}
    theirs = add_issue(database, other_workspace_id, 400)

    counts = delete_expired_rows_of(resources, workspace_id)

    assert counts["issues"] == 2
    for table in ("core.issue", "core.issue_edit"):
        assert ids(database, workspace_id, table, "issue_id") == young
    assert len(ids(database, workspace_id, "raw.record", "record_id")) == 2
    assert ids(database, other_workspace_id, "core.issue", "issue_id") == {theirs}
    with database.workspace(workspace_id) as session:
        assert all(source.balanced for source in check_conservation(session, workspace_id))


def test_changes_go_with_their_payloads_and_not_with_an_issue_of_the_same_external_id(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    young = add_issue(database, workspace_id, 5)
    with database.workspace(workspace_id) as session:
        (issue,) = session.rows("select external_id from core.issue")
        for days, external_id in ((200, issue["external_id"]), (5, "young")):
            session.execute(
                "insert into raw.record (workspace_id, source, external_id, kind, channel, payload, "
                "payload_hash) values (%s, 'custom_api', %s, 'change', 'ingest', '{}', 'c')",
                (workspace_id, external_id),
            )
            session.execute(
                "insert into core.change (workspace_id, change_id, source, external_id, kind, title, "
                "changed_at, source_updated_at, ingested_at) "
                "values (%s, gen_random_uuid(), 'custom_api', %s, 'deploy', 'v2', "
                "now() - make_interval(days => %s), now() - make_interval(days => %s), now())",
                (workspace_id, external_id, days, days),
            )

    counts = delete_expired_rows_of(resources, workspace_id)

    assert (counts["changes"], counts["issues"]) == (1, 0)
    assert ids(database, workspace_id, "core.change", "external_id") == {"young"}
    assert ids(database, workspace_id, "core.issue", "issue_id") == {young}
    with database.workspace(workspace_id) as session:
        assert all(source.balanced for source in check_conservation(session, workspace_id))


def test_corrections_and_feedback_keep_their_issues(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    linked, judged, plain = (
        [add_issue(database, workspace_id, 200) for _ in range(2)] for _ in ("linked", "judged", "plain")
    )
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern_constraint (workspace_id, kind, left_issue_id, right_issue_id, "
            "made_by) values (%s, 'cannot', %s, %s, 'a person')",
            (workspace_id, *linked),
        )
        session.execute(
            "insert into detect.pattern_feedback (workspace_id, pattern_id, left_issue_id, right_issue_id, "
            "together, made_by) values (%s, %s, %s, %s, true, 'a person')",
            (workspace_id, uuid4(), *judged),
        )

    delete_expired_rows_of(resources, workspace_id)

    assert ids(database, workspace_id, "core.issue", "issue_id") == {*linked, *judged}
    assert not {*plain} & ids(database, workspace_id, "core.issue", "issue_id")


def test_a_pattern_with_a_closure_note_keeps_its_centre_and_one_without_goes(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    noted = [add_issue(database, workspace_id, 200) for _ in range(CENTRAL_MEMBERS + 3)]
    pattern_id = add_pattern(database, workspace_id, noted)
    add_pattern(database, workspace_id, [add_issue(database, workspace_id, 200) for _ in range(3)])
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.closure_note (workspace_id, pattern_id, note, made_by) "
            "values (%s, %s, 'fixed', 'a person')",
            (workspace_id, pattern_id),
        )

    delete_expired_rows_of(resources, workspace_id)

    assert ids(database, workspace_id, "core.issue", "issue_id") == set(noted[:CENTRAL_MEMBERS])


@pytest.mark.parametrize(("verdict", "remaining"), [(None, 30), ("not_provable_yet", 30), ("held", 25)])
def test_a_fix_that_is_not_proven_yet_keeps_all_that_its_proof_compares(
    resources: Resources, database: Database, workspace_id: UUID, verdict: str | None, remaining: int
) -> None:
    members = [add_issue(database, workspace_id, 200) for _ in range(30)]
    pattern_id, recommendation_id = add_pattern(database, workspace_id, members), uuid4()
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, now(), 1, 'a person')",
            (workspace_id, recommendation_id, pattern_id),
        )
        if verdict:
            session.execute(
                "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
                "days_before, events_after, days_after, text, computed_at) "
                "values (%s, %s, %s, %s, 1, 1, 1, 1, '', now())",
                (workspace_id, recommendation_id, pattern_id, verdict),
            )

    delete_expired_rows_of(resources, workspace_id)

    assert len(ids(database, workspace_id, "core.issue", "issue_id")) == remaining


def test_predictions_go_only_when_graded_and_old_enough(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    add_prediction(database, workspace_id, 51)
    remaining = {
        add_prediction(database, workspace_id, 49),
        add_prediction(database, workspace_id, 51, graded=False),
    }

    counts = delete_expired_rows_of(resources, workspace_id)

    assert counts["predictions"] == 1
    assert ids(database, workspace_id, "predict.prediction", "prediction_id") == remaining


def test_the_database_itself_refuses_to_delete_a_prediction_early_or_to_rewrite_one(
    database: Database, workspace_id: UUID
) -> None:
    prediction_id = add_prediction(database, workspace_id, 49)
    with database.workspace(workspace_id) as session:
        assert session.execute("delete from predict.prediction") == 0
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        database.workspace(workspace_id) as session,
    ):
        session.execute("update predict.prediction set probability = 1")

    assert ids(database, workspace_id, "predict.prediction", "prediction_id") == {prediction_id}


def test_the_audit_log_and_sent_messages_go_after_their_days(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        for days in (364, 366):
            session.execute(
                "insert into app.audit_log (workspace_id, at, actor, action, subject) "
                "values (%s, now() - make_interval(days => %s), 'a', 'b', 'c')",
                (workspace_id, days),
            )
            for column in ("delivered_at", "created_at"):
                session.execute(
                    f"insert into notify.outbox (workspace_id, channel, dedupe_key, body, {column}) "
                    "values (%s, '{}', %s, '{}', now() - make_interval(days => %s))",
                    (workspace_id, f"{column} {days}", days),
                )

    counts = delete_expired_rows_of(resources, workspace_id)

    assert (counts["audit entries"], counts["messages"]) == (1, 1)


def test_a_batch_is_bounded_and_the_rest_follows(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    for _ in range(5):
        add_issue(database, workspace_id, 200)

    with database.workspace(workspace_id) as session:
        first = delete_expired(session, workspace_id, "issues", batch=2)
    rest = delete_expired_rows_of(resources, workspace_id)

    assert (first, rest["issues"]) == (2, 3)


def test_after_a_deletion_the_rest_is_grouped_again(
    resources: Resources, database: Database, workspace_id: UUID
) -> None:
    add_issue(database, workspace_id, 200)
    with database.workspace(workspace_id) as session:
        state = GroupingState("version", "input digest", "corrections digest", issue_count=1)
        write_grouping_state(session, workspace_id, state, pattern_index=[b""], churn=None)

    delete_expired_rows_of(resources, workspace_id)

    with database.workspace(workspace_id) as session:
        stored = read_grouping_state(session, workspace_id)
    assert stored is not None
    assert stored.is_stale


def test_the_nightly_job_serves_every_workspace_and_one_failure_stops_no_other(
    resources: Resources, database: Database, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    broken = min(ids_of_all(database), key=str)
    doomed = add_issue(database, workspace_id, 200)
    owner.execute(
        "create function core.refuse() returns trigger language plpgsql as "
        f"$$ begin if old.workspace_id = '{broken}' then raise 'no'; end if; return old; end $$"
    )
    owner.execute(
        "create trigger refuse before delete on core.issue for each row execute function core.refuse()"
    )
    add_issue(database, broken, 2_000)
    try:
        with DagsterInstance.ephemeral() as instance:
            result = retention.execute_in_process(
                instance=instance, resources={"installation": resources}, raise_on_error=False
            )
    finally:
        owner.execute("drop function core.refuse cascade")

    assert not result.success
    assert doomed not in ids(database, workspace_id, "core.issue", "issue_id")
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_key == "delete_expired_rows"


def test_stored_responses_go_after_a_day_and_sessions_a_month_after_their_end(
    resources: Resources,
    database: Database,
    workspace_id: UUID,
    owner: psycopg.Connection,
    installation: Installation,
) -> None:
    user_id = create_user(owner, f"{uuid4().hex}@example.com", "P")
    with psycopg.connect(installation.api_url) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        for hours in (23, 25):
            api.execute(
                "insert into app.idempotency_key (workspace_id, caller, path, key, body_hash, created_at) "
                "values (%s, 'c', 'p', %s, '', now() - make_interval(hours => %s))",
                (workspace_id, str(hours), hours),
            )
        for days in (29, 31):
            api.execute(
                "insert into app.session (workspace_id, session_id, user_id, method, ends_at) "
                "values (%s, gen_random_uuid(), %s, 'oidc', now() - make_interval(days => %s))",
                (workspace_id, user_id, days),
            )

    counts = delete_expired_rows_of(resources, workspace_id)

    assert (counts["idempotency keys"], counts["sessions"]) == (1, 1)
    assert ids(database, workspace_id, "app.idempotency_key", "key") == {"23"}
