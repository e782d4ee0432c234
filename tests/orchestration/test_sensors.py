"""What the sensors decide: one run for all that is dirty, none while the last one is under way."""

from collections.abc import Collection
from uuid import UUID, uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.partitions import RANGE_END, RANGE_START
from causeloop_pipeline.orchestration.run_scope import REQUESTED, TRIGGER
from causeloop_pipeline.orchestration.sensors.arrived_events import watch_arrived_events
from causeloop_pipeline.orchestration.sensors.due_connectors import watch_due_connectors
from causeloop_pipeline.orchestration.sensors.recompute_requests import watch_recompute_requests
from causeloop_pipeline.orchestration.sensors.run_failures import release_claims
from causeloop_pipeline.orchestration.sensors.workspaces import sync_partitions
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records
from tests.conftest import new_workspace
from tests.orchestration.failures import failures, ingest
from tests.orchestration.partitions import PARTITIONS, add_partitions, name_partitions


@pytest.fixture(autouse=True)
def quiet(database: Database, definitions: dg.Definitions) -> None:
    """Nothing of earlier tests is due."""
    with database.every_workspace() as session:
        session.execute("update app.connector set next_poll_at = now() + interval '1 day'")
        session.execute("delete from raw.pending_record")
        session.execute("delete from app.recompute_request")
        session.execute("delete from app.workspace_freshness")


def tick(
    sensor: dg.SensorDefinition, definitions: dg.Definitions, instance: DagsterInstance, resources: Resources
) -> dg.RunRequest | dg.SkipReason:
    context = dg.build_sensor_context(
        instance=instance,
        repository_def=definitions.get_repository_def(),
        resources={"installation": resources},
    )
    decided = sensor(context)
    assert isinstance(decided, dg.RunRequest | dg.SkipReason)
    return decided


def connect(resources: Resources, workspace_id: UUID, connector_type: str, due: bool = True) -> None:
    connector_id = uuid4()
    with resources.database.workspace(workspace_id) as session:
        create_connector(
            session,
            resources.vault,
            NewConnector(
                workspace_id=workspace_id,
                connector_id=connector_id,
                connector_type=connector_type,
                display_name=f"{connector_type} {connector_id}",
                config={},
                credentials={},
            ),
        )
        if not due:
            session.execute(
                "update app.connector set next_poll_at = now() + interval '1 hour' where connector_id = %s",
                (connector_id,),
            )


def scope_of(database: Database, request: dg.RunRequest) -> set[UUID]:
    with database.every_workspace() as session:
        rows = session.rows("select workspace_id from app.run_scope where run_id = %s", (request.run_key,))
    return {row["workspace_id"] for row in rows}


def names_of(request: dg.RunRequest, definitions: dg.Definitions) -> set[str]:
    """The assets that it chooses of its job, without the product's prefix, which each must have."""
    keys: Collection[dg.AssetKey] | None = request.asset_selection
    if keys is None:
        assert request.job_name is not None
        keys = definitions.resolve_job_def(request.job_name).asset_layer.selected_asset_keys
    assert {key.path[0] for key in keys} == {"causeloop"}
    return {"/".join(key.path[1:]) for key in keys}


def test_all_due_connectors_of_all_workspaces_are_one_run(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    owner: psycopg.Connection,
) -> None:
    ids = [new_workspace(owner) for _ in range(5)]
    keys = add_partitions(instance, database, *ids)
    for workspace_id in ids:
        connect(resources, workspace_id, "github", due=workspace_id in ids[1:4])
    connect(resources, ids[2], "zendesk")

    request = tick(watch_due_connectors, definitions, instance, resources)

    assert isinstance(request, dg.RunRequest)
    assert scope_of(database, request) == set(ids[1:4])
    assert (request.tags[RANGE_START], request.tags[RANGE_END]) == (keys[1], keys[3])
    assert request.tags["causeloop/for"] == ", ".join(keys[1:4])
    chosen = names_of(request, definitions)
    assert {"landing/github", "landing/zendesk", "raw/mapped_record", "staging/stg_issues"} <= chosen
    assert {"core/issue", "core/change"} <= chosen
    assert {"fingerprints", "patterns", "recommendations"} <= chosen
    assert "landing/jira" not in chosen
    assert "dagster/max_runtime" in request.tags


def test_no_second_run_starts_while_the_first_is_under_way(
    definitions: dg.Definitions, instance: DagsterInstance, resources: Resources, workspace_id: UUID
) -> None:
    add_partitions(instance, resources.database, workspace_id)
    connect(resources, workspace_id, "github")
    running = under_way(instance, "due_connectors")

    assert isinstance(tick(watch_due_connectors, definitions, instance, resources), dg.SkipReason)

    instance.report_run_canceled(running)
    assert isinstance(tick(watch_due_connectors, definitions, instance, resources), dg.RunRequest)


def test_after_a_failed_run_the_next_one_waits(
    definitions: dg.Definitions, instance: DagsterInstance, resources: Resources, workspace_id: UUID
) -> None:
    add_partitions(instance, resources.database, workspace_id)
    connect(resources, workspace_id, "github")
    instance.report_run_failed(under_way(instance, "due_connectors"))

    decided = tick(watch_due_connectors, definitions, instance, resources)

    assert isinstance(decided, dg.SkipReason)
    assert "failed" in str(decided.skip_message)


def test_arrived_records_start_a_run_from_the_issues_to_the_patterns(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
    other_workspace_id: UUID,
) -> None:
    add_partitions(instance, database, workspace_id, other_workspace_id)
    assert isinstance(tick(watch_arrived_events, definitions, instance, resources), dg.SkipReason)
    ingest(database, workspace_id, failures(20))

    request = tick(watch_arrived_events, definitions, instance, resources)

    assert isinstance(request, dg.RunRequest)
    assert scope_of(database, request) == {workspace_id}
    assert names_of(request, definitions) == {
        "core/issue",
        "core/occurrence",
        "core/change",
        "fingerprints",
        "patterns",
    }


def test_records_of_a_poll_under_way_are_left_to_that_poll(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
) -> None:
    add_partitions(instance, resources.database, workspace_id)
    ingest(database, workspace_id, failures(20))
    with database.workspace(workspace_id) as session:
        session.execute("update raw.record set channel = 'poll' where workspace_id = %s", (workspace_id,))
    polling = under_way(instance, "due_connectors")

    assert isinstance(tick(watch_arrived_events, definitions, instance, resources), dg.SkipReason)

    instance.report_run_failed(polling)
    assert isinstance(tick(watch_arrived_events, definitions, instance, resources), dg.RunRequest)


def test_requests_of_several_kinds_are_one_run_that_begins_at_the_earliest_stage(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
    other_workspace_id: UUID,
) -> None:
    add_partitions(instance, database, workspace_id, other_workspace_id)
    for tenant, kind in ((workspace_id, "clusters"), (other_workspace_id, "patterns")):
        ask(database, tenant, kind)

    request = tick(watch_recompute_requests, definitions, instance, resources)

    assert isinstance(request, dg.RunRequest)
    assert scope_of(database, request) == {workspace_id, other_workspace_id}
    assert request.tags[REQUESTED] == "clusters,patterns"
    chosen = names_of(request, definitions)
    assert {"fingerprints", "patterns", "clusters", "recommendations"} <= chosen
    assert "core/issue" not in chosen


def test_workspaces_get_and_lose_their_partitions(
    definitions: dg.Definitions, instance: DagsterInstance, resources: Resources, workspace_id: UUID
) -> None:
    gone = str(uuid4())
    instance.add_dynamic_partitions(PARTITIONS, [gone])
    context = dg.build_sensor_context(instance=instance, resources={"installation": resources})

    result = sync_partitions(context)

    assert isinstance(result, dg.SensorResult)
    added, removed = result.dynamic_partitions_requests or []
    assert name_partitions(resources.database, workspace_id)[0] in added.partition_keys
    assert list(removed.partition_keys) == [gone]


def test_a_dead_run_gives_back_its_requests_and_records(
    resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        ingest(database, tenant, failures(20))
        ask(database, tenant, "clusters")
        with database.workspace(tenant) as session:
            run_id = "dead" if tenant == workspace_id else "alive"
            claim_pending_records(session, run_id, [tenant])
            session.execute("update app.recompute_request set status = 'running', run_id = %s", (run_id,))

    release_claims(resources, "dead", "the run failed: see it in Dagster")

    held = (
        "select status, error, "
        "(select count(*) from raw.pending_record as a "
        "where a.workspace_id = r.workspace_id and run_id is not null) > 0 as holds "
        "from app.recompute_request as r where workspace_id = %s"
    )
    with database.every_workspace() as session:
        assert session.rows(held, (workspace_id,)) == [
            {"status": "failed", "error": "the run failed: see it in Dagster", "holds": False}
        ]
        assert session.rows(held, (other_workspace_id,)) == [
            {"status": "running", "error": None, "holds": True}
        ]


def ask(database: Database, workspace_id: UUID, kind: str) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into app.recompute_request (workspace_id, kind, requested_by) values (%s, %s, 'a test')",
            (workspace_id, kind),
        )


def under_way(instance: DagsterInstance, trigger: str) -> dg.DagsterRun:
    run = instance.create_run_for_job(empty, tags={TRIGGER: trigger})
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=run.job_name), run.run_id
    )
    return run


@dg.job
def empty() -> None:
    """No step."""
