"""An installation of the old names, in Dagster's real storage, is carried over when it starts."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.boot import prepare_instance
from causeloop_pipeline.orchestration.instance.stored_names import OLD_POOL, OLD_SET, rename_stored_names
from causeloop_pipeline.orchestration.partitions import (
    DBT_POOL,
    ONE_RUN,
    RANGE_END,
    RANGE_START,
    WORKSPACES,
    parse_partition,
    range_tags,
)
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.settings import ROOT
from tests.conftest import Installation
from tests.orchestration.instance.code_locations import job_origin

OLD_WORKSPACES = dg.DynamicPartitionsDefinition(name=OLD_SET)
ISSUE, PATTERNS = dg.AssetKey(["core", "issue"]), dg.AssetKey("patterns")
FOREIGN = dg.AssetKey("orders")


@dg.asset(key=ISSUE, partitions_def=OLD_WORKSPACES, backfill_policy=ONE_RUN)
def old_issue() -> None: ...


@dg.asset(
    key=PATTERNS,
    deps=[ISSUE],
    partitions_def=OLD_WORKSPACES,
    backfill_policy=ONE_RUN,
    check_specs=[dg.AssetCheckSpec("people_are_obeyed", asset=PATTERNS)],
)
def old_patterns() -> dg.MaterializeResult:
    check = dg.AssetCheckResult(passed=True, check_name="people_are_obeyed")
    return dg.MaterializeResult(metadata={"patterns": 7}, check_results=[check])


@dg.asset(key=FOREIGN)
def orders() -> None: ...


@pytest.fixture
def stored(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DagsterInstance]:
    storage = installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    monkeypatch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", storage)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "deploy" / "dagster.yaml", tmp_path / "dagster.yaml")
    with DagsterInstance.get() as instance:
        yield instance
        for key in instance.get_dynamic_partitions(OLD_SET):
            instance.delete_dynamic_partition(OLD_SET, key)


def run_once(instance: DagsterInstance, *assets: dg.AssetsDefinition, partition: str | None = None) -> str:
    job = dg.Definitions(list(assets), jobs=[dg.define_asset_job("loop", "*")]).resolve_job_def("loop")
    tags = range_tags([partition], {partition}) if partition else {}
    result = job.execute_in_process(instance=instance, tags=tags)
    assert result.success
    return result.run_id


def test_an_installation_of_the_old_names_keeps_partitions_and_history(
    stored: DagsterInstance, workspace_id: UUID
) -> None:
    partition = str(workspace_id)
    stored.add_dynamic_partitions(OLD_SET, [partition])
    stored.event_log_storage.delete_concurrency_limit(DBT_POOL)
    stored.event_log_storage.set_concurrency_slots(OLD_POOL, 3)
    run_id = run_once(stored, old_issue, old_patterns, partition=partition)
    foreign_run = run_once(stored, orders)

    prepare_instance()

    renamed = product_key("patterns")
    assert stored.get_dynamic_partitions(OLD_SET) == []
    [named] = [key for key in stored.get_dynamic_partitions(str(WORKSPACES.name)) if partition in key]
    assert stored.get_materialized_partitions(renamed) == {named}
    record = stored.fetch_materializations(renamed, limit=1).records[0]
    assert (record.run_id, record.asset_key, record.partition_key) == (run_id, renamed, named)
    assert record.asset_materialization is not None
    assert record.asset_materialization.metadata["patterns"].value == 7
    tags = record.asset_materialization.tags or {}
    assert "dagster/input_data_version/causeloop/core/issue" in tags
    [asset] = stored.get_asset_records([renamed])
    assert asset.asset_entry.last_materialization is not None
    assert asset.asset_entry.last_materialization.get_dagster_event().asset_key == renamed
    check = dg.AssetCheckKey(renamed, "people_are_obeyed")
    execution = stored.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
    assert execution.event is not None
    assert execution.event.asset_check_evaluation is not None
    assert execution.event.asset_check_evaluation.asset_key == renamed
    keys = set(stored.all_asset_keys())
    assert {product_key("core", "issue"), renamed, FOREIGN} <= keys
    assert not {ISSUE, PATTERNS} & keys
    assert stored.fetch_materializations(FOREIGN, limit=1).records[0].run_id == foreign_run
    pools = stored.event_log_storage.get_concurrency_keys()
    assert DBT_POOL in pools
    assert OLD_POOL not in pools


@dg.asset(key=product_key("trial"), partitions_def=WORKSPACES, backfill_policy=ONE_RUN)
def trial() -> None: ...


def test_partitions_called_by_an_id_alone_get_the_workspaces_name_and_keep_their_history(
    stored: DagsterInstance, workspace_id: UUID
) -> None:
    partition = str(workspace_id)
    stored.add_dynamic_partitions(str(WORKSPACES.name), [partition])
    run_id = run_once(stored, trial, partition=partition)

    prepare_instance()

    partitions = stored.get_dynamic_partitions(str(WORKSPACES.name))
    [named] = [key for key in partitions if partition in key]
    name, _, identifier = named.rpartition(" ")
    assert identifier == partition
    assert name.startswith("org-")
    assert name.endswith("/main")
    assert parse_partition(named) == workspace_id
    assert stored.get_materialized_partitions(trial.key) == {named}
    run = stored.get_run_by_id(run_id)
    assert run is not None
    assert run.tags[RANGE_START] == run.tags[RANGE_END] == named
    record = stored.fetch_materializations(trial.key, limit=1).records[0]
    assert record.partition_key == named
    stored.wipe_assets([trial.key])


@pytest.mark.parametrize(
    ("job", "key", "status"),
    [
        ("loop", ISSUE, dg.DagsterRunStatus.CANCELED),
        ("__anonymous_asset_job_due_connectors", product_key("patterns"), dg.DagsterRunStatus.CANCELED),
        ("loop", product_key("patterns"), dg.DagsterRunStatus.QUEUED),
    ],
)
def test_a_queued_run_of_old_names_and_no_other_is_ended_so_that_sensors_start_another(
    stored: DagsterInstance, job: str, key: dg.AssetKey, status: dg.DagsterRunStatus
) -> None:
    queued = dg.DagsterRun(
        job_name=job,
        status=dg.DagsterRunStatus.QUEUED,
        asset_selection=frozenset([key]),
        tags={TRIGGER: "nightly"},
        remote_job_origin=job_origin(job),
    )
    stored.add_run(queued)

    rename_stored_names(stored, {})

    run = stored.get_run_by_id(queued.run_id)
    assert run is not None
    assert run.status == status
    stored.delete_run(queued.run_id)


def test_a_partition_set_and_assets_of_another_code_location_are_left_alone(
    stored: DagsterInstance, workspace_id: UUID
) -> None:
    stored.add_dynamic_partitions(OLD_SET, ["analytics"])
    run_once(stored, old_issue, old_patterns, partition="analytics")

    prepare_instance()

    assert list(stored.get_dynamic_partitions(OLD_SET)) == ["analytics"]
    assert stored.get_materialized_partitions(PATTERNS) == {"analytics"}
    stored.wipe_assets([ISSUE, PATTERNS])
