"""Two code locations of one Dagster split the workspaces: none is left out, none is worked on twice."""

from collections.abc import Iterator
from uuid import UUID

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.run_requests import SHARE
from causeloop_pipeline.orchestration.sensors.due_messages import watch_due_messages
from causeloop_pipeline.orchestration.sensors.operator_notices import send_operator_notices
from causeloop_pipeline.orchestration.sensors.recompute_requests import watch_recompute_requests
from causeloop_pipeline.orchestration.sensors.silent_failures import watch_silent_failures
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import new_workspace
from tests.orchestration.partitions import add_partitions

COUNT = 100
REQUEST_CLUSTERS = """
insert into app.recompute_request (workspace_id, kind, requested_by) values (%s, 'clusters', 'a test')
"""


class Location:
    """A code location that works on a share, in the Dagster that it has in common with the others."""

    def __init__(self, share: str, context: dg.SensorEvaluationContext, patch: pytest.MonkeyPatch) -> None:
        self.share, self.context, self.patch = share, context, patch

    def tick(self, sensor: dg.SensorDefinition) -> dg.RunRequest | dg.SkipReason:
        """What one of its sensors decides now."""
        self.patch.setenv("CAUSELOOP_WORKSPACE_SHARE", self.share)
        settings.cache_clear()
        decided = sensor(self.context)
        assert isinstance(decided, dg.RunRequest | dg.SkipReason)
        return decided


@pytest.fixture
def locations(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    resources: Resources,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[Location]]:
    """Those of the first and of the second half."""
    context = dg.build_sensor_context(
        instance=instance,
        repository_def=definitions.get_repository_def(),
        resources={"installation": resources},
    )
    yield [Location(share, context, monkeypatch) for share in ("1/2", "2/2")]
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def workspace_ids(owner: psycopg.Connection, database: Database, instance: DagsterInstance) -> list[UUID]:
    """A hundred workspaces that are all to be computed again."""
    ids = [new_workspace(owner) for _ in range(COUNT)]
    add_partitions(instance, database, *ids)
    with database.every_workspace() as session:
        session.execute("delete from app.recompute_request")
        for workspace_id in ids:
            session.execute(REQUEST_CLUSTERS, (workspace_id,))
    return ids


def test_no_workspace_is_left_out_and_none_is_worked_on_twice(
    locations: list[Location], workspace_ids: list[UUID], database: Database
) -> None:
    requests = [location.tick(watch_recompute_requests) for location in locations]

    scopes = [read_scope(database, request) for request in requests]
    assert sorted([*scopes[0], *scopes[1]]) == sorted(workspace_ids)
    assert all(25 < len(scope) < 75 for scope in scopes)


def test_a_location_waits_for_its_own_run_and_not_for_that_of_another(
    locations: list[Location], workspace_ids: list[UUID], instance: DagsterInstance
) -> None:
    first, second = locations
    request = first.tick(watch_recompute_requests)
    assert isinstance(request, dg.RunRequest)
    run = instance.create_run_for_job(empty, tags=dict(request.tags))
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=run.job_name), run.run_id
    )

    assert len(workspace_ids) == COUNT
    assert request.tags[SHARE] == "1/2"
    assert isinstance(first.tick(watch_recompute_requests), dg.SkipReason)
    assert isinstance(second.tick(watch_recompute_requests), dg.RunRequest)


def test_what_is_done_once_for_the_installation_is_the_first_location_s(locations: list[Location]) -> None:
    for sensor in (watch_due_messages, send_operator_notices, watch_silent_failures):
        reasons = [getattr(location.tick(sensor), "skip_message", "") for location in locations]

        assert "the share 1/2 does it for all" not in reasons[0]
        assert "the share 1/2 does it for all" in reasons[1]


def read_scope(database: Database, request: dg.RunRequest | dg.SkipReason) -> list[UUID]:
    """The workspaces that a run is requested for."""
    assert isinstance(request, dg.RunRequest)
    with database.every_workspace() as session:
        rows = session.rows("select workspace_id from app.run_scope where run_id = %s", (request.run_key,))
    return [row["workspace_id"] for row in rows]


@dg.job
def empty() -> None:
    """No step."""
