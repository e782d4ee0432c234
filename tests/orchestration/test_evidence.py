"""Changes and outages reach predictions: a trigger names its deploys, an outage proves nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg

from causeloop_pipeline.landing.inbound.ingest_change import read_change
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR, land
from tests.conftest import Installation
from tests.orchestration.conftest import Run
from tests.orchestration.failures import event, failures, ingest

NOW = datetime.now(UTC).replace(microsecond=0)
POOL = "Connection pool exhausted for database orders after {} ms"


def after_deploys() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Twenty deploys of the checkout in half a year, and failures some hours after most of them."""
    deployed = [NOW - timedelta(days=3 + 9 * n, hours=7 * n % 24) for n in range(20)]
    changes = [
        {
            "external_id": f"release-{n}",
            "kind": "deploy",
            "service": "checkout",
            "title": f"checkout 4.{n}",
            "changed_at": at.isoformat(),
        }
        for n, at in enumerate(deployed)
    ]
    followed = [
        event(
            f"pool-{n}", "checkout", "payments", POOL.format(900 + n), "PoolTimeout", at + timedelta(hours=2)
        )
        for n, at in enumerate(deployed)
        if n % 7
    ]
    return changes, followed


def rows(session: Session, statement: str, *parameters: Any) -> list[dict[str, Any]]:
    return session.rows(statement, parameters)


def test_an_ingested_series_of_deploys_is_named_as_the_likely_trigger(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    changes, followed = after_deploys()
    ingest(database, workspace_id, [*followed, *(row for row in failures() if row["service"] != "checkout")])
    with database.workspace(workspace_id) as session:
        records = [read_change(row, NOW) for row in changes]
        land(session.connection, workspace_id, NO_CONNECTOR, records, channel="ingest")

    result = run([workspace_id])

    assert result.success
    with database.workspace(workspace_id) as session:
        predictions = rows(
            session,
            "select p.name, s.likely_trigger, s.evidence from predict.prediction as s "
            "join detect.pattern as p using (workspace_id, pattern_id) "
            "where s.workspace_id = %s and s.window_days = 30",
            workspace_id,
        )
    (checkout,) = [row for row in predictions if "pool exhausted" in row["name"]]
    (deploys,) = [row for row in checkout["evidence"] if row["kind"] == "deploy"]
    assert (deploys["count"], deploys["of"]) == (17, 17)
    assert (
        "17 of 17 occurrences came within 24 hours after a deploy of checkout" in checkout["likely_trigger"]
    )
    others = [row for row in predictions if row is not checkout]
    assert len(others) == 3
    assert all("deploy" not in row["likely_trigger"] for row in others)


def test_patterns_that_follow_the_same_deploys_are_one_cluster_that_says_so(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    changes, followed = after_deploys()
    cache = [
        event(
            f"cache-{n}",
            "checkout",
            "payments",
            f"Cold cache: {500 + n} misses per second on prices",
            "CacheMiss",
            datetime.fromisoformat(row["source_created_at"]) + timedelta(hours=1),
        )
        for n, row in enumerate(followed)
        if n % 5
    ]
    ingest(database, workspace_id, [*followed, *cache, *failures()[20:]])
    with database.workspace(workspace_id) as session:
        records = [read_change(row, NOW) for row in changes]
        land(session.connection, workspace_id, NO_CONNECTOR, records, channel="ingest")

    run([workspace_id])

    with database.workspace(workspace_id) as session:
        edges = rows(session, "select reasons from detect.pattern_edge where workspace_id = %s", workspace_id)
    shared = [reason for edge in edges for reason in edge["reasons"] if reason["kind"] == "shared_change"]
    assert shared
    assert all("deploy of checkout" in str(reason) for reason in shared)


def add_polled_connector(session: Session, workspace_id: UUID, last_success: datetime) -> UUID:
    """A connector of PagerDuty that has failed since, and by which all issues came."""
    connector_id = uuid4()
    session.execute(
        "insert into app.connector "
        "(workspace_id, connector_id, type, display_name, created_at, backfill_days) "
        "values (%s, %s, 'pagerduty', 'PagerDuty', %s, 400)",
        (workspace_id, connector_id, NOW - timedelta(days=200)),
    )
    for at, status in ((last_success, "succeeded"), (NOW - timedelta(hours=1), "failed")):
        session.execute(
            "insert into app.sync_run (workspace_id, connector_id, started_at, finished_at, status, pages) "
            "values (%s, %s, %s, %s, %s, 1)",
            (workspace_id, connector_id, at, at, status),
        )
    session.execute("update core.issue set connector_id = %s", (connector_id,))
    return connector_id


def succeed(session: Session, workspace_id: UUID, connector_id: UUID) -> None:
    session.execute(
        "insert into app.sync_run (workspace_id, connector_id, status, pages) "
        "values (%s, %s, 'succeeded', 1)",
        (workspace_id, connector_id),
    )


def test_a_fix_proves_nothing_while_its_connector_fails_and_is_judged_when_it_works_again(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    fixed_at = NOW - timedelta(days=60)
    events = failures()
    before = [row for row in events if datetime.fromisoformat(row["source_created_at"]) < fixed_at]
    ingest(database, workspace_id, before)
    run([workspace_id])
    with database.workspace(workspace_id) as session:
        connector_id = add_polled_connector(session, workspace_id, fixed_at + timedelta(hours=3))
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) "
            "select workspace_id, gen_random_uuid(), pattern_id, %s, 1, 'a test' from detect.pattern "
            "where workspace_id = %s and name ilike '%%mail-outbound%%'",
            (fixed_at, workspace_id),
        )
    proof = "select verdict, days_after from act.proof where workspace_id = %s"

    run([workspace_id], first="predictions")
    with database.workspace(workspace_id) as session:
        (unobserved,) = rows(session, proof, workspace_id)
        succeed(session, workspace_id, connector_id)
    ingest(database, workspace_id, [row for row in events if row["service"] != "mailer"])
    run([workspace_id])
    with database.workspace(workspace_id) as session:
        (seen,) = rows(session, proof, workspace_id)

    assert unobserved["verdict"] == "no_exposure"
    assert unobserved["days_after"] < 1
    assert seen["verdict"] == "held"
    assert round(seen["days_after"]) == 60


def test_an_outage_of_its_connector_does_not_make_a_pattern_look_extinct(
    run: Run, database: Database, installation: Installation, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    last = NOW - timedelta(days=60)
    before = [row for row in failures() if datetime.fromisoformat(row["source_created_at"]) < last]
    both = [workspace_id, other_workspace_id]
    for tenant in both:
        ingest(database, tenant, before)
    run(both)
    with database.workspace(workspace_id) as session:
        add_polled_connector(session, workspace_id, last)
    with psycopg.connect(installation.server.url("causeloop")) as connection:
        for table in ("prediction", "current_prediction"):
            connection.execute(
                f"update predict.{table} set issued_at = issued_at - interval '2 days' "
                "where workspace_id = any (%s)",
                (both,),
            )

    run(both, first="predictions")

    unobserved, silent = (newest_probabilities(database, tenant) for tenant in both)
    assert unobserved.keys() == silent.keys()
    assert len(unobserved) == 4
    assert all(unobserved[name] > 3 * silent[name] for name in unobserved)


def newest_probabilities(database: Database, workspace_id: UUID) -> dict[str, float]:
    """Of each pattern, by name, for 30 days."""
    with database.workspace(workspace_id) as session:
        predictions = rows(
            session,
            "select p.name, s.probability from predict.prediction as s "
            "join detect.pattern as p using (workspace_id, pattern_id) "
            "where s.workspace_id = %s and s.window_days = 30 order by s.issued_at",
            workspace_id,
        )
    return {row["name"]: row["probability"] for row in predictions}


def test_a_window_in_an_outage_is_graded_when_its_connector_works_again(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures())
    run([workspace_id])
    with database.workspace(workspace_id) as session:
        session.execute("delete from core.issue where source_created_at > %s", (NOW - timedelta(days=20),))
        connector_id = add_polled_connector(session, workspace_id, NOW - timedelta(days=20))
        session.execute(
            "insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, "
            "issued_at, closes_at, probability, impact, event_count, model_version) "
            "select workspace_id, gen_random_uuid(), pattern_id, 7, %(at)s, %(at)s + interval '7 days', 0.5, "
            "'low', 9, 'before' from detect.pattern where workspace_id = %(workspace_id)s",
            {"at": NOW - timedelta(days=10), "workspace_id": workspace_id},
        )
    outcomes = "select outcome, reason from predict.outcome where workspace_id = %s"

    run([workspace_id], first="outcomes")
    with database.workspace(workspace_id) as session:
        unobserved = rows(session, outcomes, workspace_id)
        succeed(session, workspace_id, connector_id)
    run([workspace_id], first="outcomes")
    with database.workspace(workspace_id) as session:
        seen = rows(session, outcomes, workspace_id)

    assert unobserved == []
    assert seen == [{"outcome": "miss", "reason": "quiet"}] * 4
