"""A stage that loses its connection to PostgreSQL in the middle is run again; a defect is not."""

from datetime import datetime
from uuid import UUID

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration import database_loss
from causeloop_pipeline.orchestration.asset_selection import CHANGE, ISSUE
from causeloop_pipeline.orchestration.partitions import tag_range
from causeloop_pipeline.orchestration.stage import stage_asset
from causeloop_pipeline.stages.context import Counts, RunOptions, StageFunction
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.connection_loss import is_connection_lost
from causeloop_pipeline.storage.database.session import Database, Session
from tests.orchestration.failures import failures, ingest
from tests.orchestration.partitions import add_partitions

END_OWN_CONNECTION = "select pg_terminate_backend(pg_backend_pid())"
DEFECT = "raise exception 'a defect'"
LOSS = "if attempt = 1 then perform pg_terminate_backend(pg_backend_pid()); end if"
# A sequence counts the attempts, as it is not rolled back with them.
INTERRUPT_ISSUES = """
create sequence core.attempts;
grant usage on sequence core.attempts to causeloop_pipeline;
create function core.interrupt() returns trigger language plpgsql as $$
declare attempt bigint := nextval('core.attempts');
begin
    {what}; return null;
end $$;
create trigger interrupt before insert on core.issue for each statement execute function core.interrupt()
"""


@pytest.fixture(autouse=True)
def without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_loss, "PAUSE_SECONDS", 0)


def run_stage(
    instance: DagsterInstance, resources: Resources, workspace_id: UUID, function: StageFunction
) -> dg.ExecuteInProcessResult:
    def load() -> StageFunction:
        return function

    asset = stage_asset("trial", group="act", description="A trial.", deps=[], kinds=set())(load)
    (partition,) = add_partitions(instance, resources.database, workspace_id)
    job = dg.Definitions(
        [asset], jobs=[dg.define_asset_job("trial", "*")], resources={"installation": resources}
    ).resolve_job_def("trial")
    return job.execute_in_process(
        instance=instance, tags=tag_range([partition], {partition}), raise_on_error=False
    )


def test_a_stage_whose_connection_is_lost_is_run_again_and_no_workspace_is_excluded(
    instance: DagsterInstance, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    attempts = []

    def run(session: Session, _workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
        attempts.append(as_of)
        if len(attempts) == 1:
            session.execute(END_OWN_CONNECTION)
        return {"attempts": len(attempts)}

    result = run_stage(instance, resources, workspace_id, run)

    assert result.success
    assert len(attempts) == 2
    assert attempts[0] == attempts[1]
    with database.workspace(workspace_id) as session:
        excluded = session.rows(
            "select excluded_by from app.run_scope where run_id = %s and excluded_by is not null",
            (result.run_id,),
        )
    assert excluded == []


def test_a_database_that_stays_away_fails_the_run_after_the_last_retry(
    instance: DagsterInstance, resources: Resources, workspace_id: UUID
) -> None:
    attempts = []

    def run(session: Session, _workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
        attempts.append(as_of)
        session.execute(END_OWN_CONNECTION)
        return {}

    result = run_stage(instance, resources, workspace_id, run)

    assert not result.success
    assert len(attempts) == 1 + database_loss.MAX_RETRIES


def test_a_defect_is_not_retried(instance: DagsterInstance, resources: Resources, workspace_id: UUID) -> None:
    attempts = []

    def run(_session: Session, _workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
        attempts.append(as_of)
        raise ValueError("a defect")

    assert not run_stage(instance, resources, workspace_id, run).success
    assert len(attempts) == 1


def normalize_under(
    what: str,
    owner: psycopg.Connection,
    definitions: dg.Definitions,
    instance: DagsterInstance,
    workspace: UUID,
) -> tuple[dg.ExecuteInProcessResult, int]:
    """Run dbt for a workspace while each attempt to write issues does this; the run, how many attempts."""
    (partition,) = add_partitions(instance, Resources().database, workspace)
    job = dg.define_asset_job("dbt", dg.AssetSelection.assets(ISSUE, CHANGE).without_checks())
    resolved = dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("dbt")
    owner.execute(INTERRUPT_ISSUES.format(what=what))
    try:
        result = resolved.execute_in_process(
            instance=instance, tags=tag_range([partition], {partition}), raise_on_error=False
        )
        (attempts,) = owner.execute("select last_value from core.attempts").fetchone() or (0,)
    finally:
        owner.execute("drop trigger interrupt on core.issue")
        owner.execute("drop function core.interrupt; drop sequence core.attempts")
    return result, attempts


def test_a_connection_that_dbt_loses_in_the_middle_of_a_model_makes_the_step_run_again(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    owner: psycopg.Connection,
    database: Database,
    workspace_id: UUID,
) -> None:
    ingest(database, workspace_id, failures(3))

    result, attempts = normalize_under(LOSS, owner, definitions, instance, workspace_id)

    assert result.success
    assert attempts == 2
    with database.workspace(workspace_id) as session:
        assert session.row("select count(*) as n from core.issue") == {"n": len(failures(3))}
        assert session.row("select count(*) as n from raw.pending_record") == {"n": 0}


def test_a_model_with_a_defect_is_not_built_again(
    definitions: dg.Definitions,
    instance: DagsterInstance,
    owner: psycopg.Connection,
    database: Database,
    workspace_id: UUID,
) -> None:
    ingest(database, workspace_id, failures(2))

    result, attempts = normalize_under(DEFECT, owner, definitions, instance, workspace_id)

    assert not result.success
    assert attempts == 1


def test_a_statement_that_takes_too_long_is_not_a_lost_connection(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError) as cancelled, database.every_workspace() as session:
        session.execute("set local statement_timeout = 1")
        session.execute("select pg_sleep(10)")

    assert not is_connection_lost(cancelled.value)
