"""A run that the product requests materializes the workspaces that it worked on, no other of its range."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance
from dagster._core.execution.context.data_version_cache import DataVersionCache

from causeloop_pipeline.orchestration.asset_metadata import COLUMN_SCHEMA
from causeloop_pipeline.orchestration.asset_selection import ISSUE, product_key
from causeloop_pipeline.orchestration.dagster_internals.events import REPORTED_BY_STEPS
from causeloop_pipeline.orchestration.materializations import leave_out_input_versions
from causeloop_pipeline.orchestration.run_scope import SCOPE
from causeloop_pipeline.storage.app.run_scopes import declare_scope
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.conftest import Run
from tests.orchestration.failures import failures, ingest
from tests.orchestration.partitions import PARTITIONS, name_partitions


def read_materializations(
    instance: DagsterInstance, run_id: str
) -> dict[dg.AssetKey, dict[str, dg.AssetMaterialization]]:
    """What a run materialized, by asset and partition, in the order of the log."""
    by_asset: dict[dg.AssetKey, dict[str, dg.AssetMaterialization]] = defaultdict(dict)
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
        materialization = entry.asset_materialization
        assert materialization is not None
        assert materialization.partition is not None
        by_asset[materialization.asset_key][materialization.partition] = materialization
    return dict(by_asset)


def test_of_a_range_of_workspaces_only_those_are_materialized_that_the_run_worked_on(
    run: Run, instance: DagsterInstance, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    clean, scope_id = [str(uuid4()) for _ in range(3)], str(uuid4())
    dirty = name_partitions(database, workspace_id, other_workspace_id)
    instance.add_dynamic_partitions(PARTITIONS, [dirty[0], *clean, dirty[1]])
    for tenant in (workspace_id, other_workspace_id):
        ingest(database, tenant, failures(20))
    with database.every_workspace() as session:
        declare_scope(session, scope_id, [workspace_id, other_workspace_id])

    result = run([workspace_id, other_workspace_id], tags={**REPORTED_BY_STEPS, SCOPE: scope_id})

    assert result.success
    materialized = read_materializations(instance, result.run_id)
    assert product_key("recommendations") in materialized
    assert {key: sorted(partitions) for key, partitions in materialized.items()} == {
        key: sorted(dirty) for key in materialized
    }
    [*first, last] = materialized[product_key("patterns")].values()
    assert last.metadata["workspaces"].value == 2
    assert [COLUMN_SCHEMA in entry.metadata for entry in (*first, last)] == [False, True]
    assert all("patterns" in entry.metadata for entry in (*first, last))
    assert (last.description or "").startswith("patterns: ")
    assert instance.get_latest_materialization_event(ISSUE) is not None
    planned = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)
    assert list(planned) == []


def test_a_workspace_in_which_a_stage_failed_is_not_materialized_by_it(
    run: Run,
    instance: DagsterInstance,
    database: Database,
    owner: psycopg.Connection,
    workspace_id: UUID,
    other_workspace_id: UUID,
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        ingest(database, tenant, failures(20))
    with database.workspace(workspace_id) as session:
        session.execute(
            "delete from raw.pending_record where (workspace_id, record_id) in "
            "(select workspace_id, record_id from raw.pending_record where workspace_id = %s limit 2)",
            (workspace_id,),
        )

    result = run([workspace_id, other_workspace_id], tags=REPORTED_BY_STEPS)

    assert result.success
    patterns = read_materializations(instance, result.run_id)[product_key("patterns")]
    assert list(patterns) == name_partitions(database, other_workspace_id)


def test_a_view_is_materialized_once_for_each_workspace_also_for_one_that_came_later(
    run: Run, instance: DagsterInstance, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    view = product_key("staging", "stg_issues")
    options = {"first": view.path[1:], "asset_selection": [view], "tags": REPORTED_BY_STEPS}

    for tenants in ([workspace_id], [workspace_id, other_workspace_id], [other_workspace_id]):
        assert run(tenants, **options).success

    records = instance.fetch_materializations(view, limit=9).records
    names = name_partitions(database, other_workspace_id, workspace_id)
    assert [record.partition_key for record in records] == names


@pytest.mark.parametrize(("tags", "is_written"), [(REPORTED_BY_STEPS, False), ({}, True)])
def test_versions_of_what_a_step_reads_are_fetched_only_where_dagster_writes_them(
    tags: dict[str, str],
    is_written: bool,
    run: Run,
    instance: DagsterInstance,
    workspace_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        DataVersionCache,
        "fetch_external_input_asset_version_info",
        DataVersionCache.fetch_external_input_asset_version_info,
    )
    leave_out_input_versions()
    fetched: list[dg.AssetKey] = []

    def note(_cache: DataVersionCache, keys: Sequence[dg.AssetKey]) -> dict[dg.AssetKey, object]:
        fetched.extend(keys)
        return {}

    monkeypatch.setattr(DataVersionCache, "_fetch_asset_records", note)
    asset = product_key("fingerprints")

    result = run([workspace_id], first="fingerprints", asset_selection=[asset], tags=tags)

    (materialized,) = instance.fetch_materializations(asset, limit=2).records
    entry = materialized.event_log_entry.asset_materialization
    assert result.success
    assert entry is not None
    assert ("dagster/data_version" in (entry.tags or {}), bool(fetched)) == (is_written, is_written)
