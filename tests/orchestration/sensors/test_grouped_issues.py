"""What was grouped is taken on by a run of its own, and what a broken run left as well."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.sensors.grouped_issues import watch_grouped_issues
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.stage_freshness import record_freshness
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.partitions import add_partitions
from tests.orchestration.test_sensors import names_of, scope_of, tick, under_way


@pytest.fixture(autouse=True)
def quiet(database: Database, definitions: dg.Definitions) -> None:
    """Nothing of earlier tests is left half-way."""
    with database.every_workspace() as session:
        session.execute("delete from app.workspace_freshness")


def test_what_was_grouped_is_taken_on_by_a_run_of_its_own_while_more_arrives(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
    other_workspace_id: UUID,
) -> None:
    add_partitions(instance, database, workspace_id, other_workspace_id)
    now = datetime.now(UTC)
    for tenant in (workspace_id, other_workspace_id):
        with database.workspace(tenant) as session:
            record_freshness(session, tenant, "recommendations", as_of=now - timedelta(1), run_id="earlier")
            record_freshness(session, tenant, "issues", as_of=now, run_id="this")
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "patterns", as_of=now, run_id="this")
    arriving = under_way(instance, "arrived_events")

    request = tick(watch_grouped_issues, definitions, instance, resources)

    assert isinstance(request, dg.RunRequest)
    assert scope_of(database, request) == {workspace_id}
    chosen = names_of(request, definitions)
    assert {"clusters", "predictions", "alerts", "risk", "outcomes", "proofs", "recommendations"} == chosen
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "recommendations", as_of=now, run_id="next")
    assert isinstance(tick(watch_grouped_issues, definitions, instance, resources), dg.SkipReason)
    instance.report_run_failed(arriving)  # before it had grouped the issues of the other workspace
    request = tick(watch_grouped_issues, definitions, instance, resources)
    assert isinstance(request, dg.RunRequest)
    assert scope_of(database, request) == {other_workspace_id}
    assert chosen | {"fingerprints", "patterns"} == names_of(request, definitions)


@pytest.mark.parametrize("trigger", ["due_connectors", "recompute_requests", "nightly"])
def test_a_run_that_goes_through_all_stages_is_left_to_finish(
    trigger: str,
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
) -> None:
    add_partitions(instance, database, workspace_id)
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "issues", as_of=datetime.now(UTC), run_id="this")
    under_way(instance, trigger)

    assert isinstance(tick(watch_grouped_issues, definitions, instance, resources), dg.SkipReason)


def test_a_workspace_whose_run_died_half_way_is_carried_on(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
) -> None:
    add_partitions(instance, database, workspace_id)
    now = datetime.now(UTC)
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "recommendations", as_of=now - timedelta(1), run_id="earlier")
        record_freshness(session, workspace_id, "issues", as_of=now, run_id="died")

    request = tick(watch_grouped_issues, definitions, instance, resources)

    assert isinstance(request, dg.RunRequest)
    assert scope_of(database, request) == {workspace_id}
    with database.workspace(workspace_id) as session:
        record_freshness(session, workspace_id, "patterns", as_of=now, run_id="died", failure="a reason")
    assert isinstance(tick(watch_grouped_issues, definitions, instance, resources), dg.SkipReason)
