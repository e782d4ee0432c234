"""Each workspace has the partition of its name, and its history in Dagster goes with it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.boot import sync_partitions
from causeloop_pipeline.orchestration.partition_changes import find_changes, plan_partitions
from causeloop_pipeline.orchestration.partitions import (
    ONE_RUN,
    PARTITION,
    RANGE_END,
    RANGE_START,
    WORKSPACES,
    tag_range,
)
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.app.workspace_partitions import NamedWorkspace, read_partitions
from tests.conftest import Installation
from tests.orchestration.partitions import PARTITIONS
from tests.storage.own_installation import OwnInstallation, own_installation

TRIAL = product_key("trial")


@dg.asset(key=TRIAL, partitions_def=WORKSPACES, backfill_policy=ONE_RUN)
def trial(context: dg.AssetExecutionContext) -> None:
    for key in context.partition_keys:
        context.add_asset_metadata({"issues": 7}, partition_key=key)


@dg.asset(partitions_def=WORKSPACES, backfill_policy=ONE_RUN)
def theirs() -> None:
    """An asset of another code location, which has partitions of the same names."""


@pytest.fixture
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("state")) as made:
        yield made


@pytest.fixture
def dagster(
    own: OwnInstallation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DagsterInstance]:
    storage = own.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    monkeypatch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", storage)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "deploy" / "dagster.yaml", tmp_path / "dagster.yaml")
    with DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def tenants(own: OwnInstallation) -> dict[str, UUID]:
    """Three workspaces of an organization, by name."""
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        acme = create_organization(owner, "acme", "Acme", "growth", 10)
        return {
            f"acme/{slug}": create_workspace(owner, acme, slug, slug.title(), "UTC")
            for slug in ("main", "prod", "test")
        }


def rename(own: OwnInstallation, workspace_id: UUID, slug: str) -> None:
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        owner.execute("update app.workspace set slug = %s where workspace_id = %s", (slug, workspace_id))


def materialize(dagster: DagsterInstance, *keys: str, asset: dg.AssetsDefinition = trial) -> str:
    job = dg.Definitions([asset], jobs=[dg.define_asset_job("loop", "*")]).resolve_job_def("loop")
    partitions = dagster.get_dynamic_partitions(PARTITIONS)
    result = job.execute_in_process(instance=dagster, tags=tag_range(partitions, set(keys)))
    assert result.success
    return result.run_id


def start_run(dagster: DagsterInstance, tags: dict[str, str]) -> dg.DagsterRun:
    """A run that is under way over some partitions."""
    run = dagster.create_run_for_job(empty, tags=tags)
    dagster.report_dagster_event(
        dg.DagsterEvent(event_type_value="PIPELINE_START", job_name=run.job_name), run.run_id
    )
    return run


def read_times(dagster: DagsterInstance) -> dict[int, float]:
    """When each materialization was, by its number in the log."""
    records = dagster.fetch_materializations(TRIAL, 9).records
    return {record.storage_id: record.timestamp for record in records}


@dg.job
def empty() -> None:
    """No step."""


def test_keys_of_versions_before_become_names_and_nothing_is_materialized_again(
    own: OwnInstallation, dagster: DagsterInstance, tenants: dict[str, UUID]
) -> None:
    former = [f"{name} {workspace_id}" for name, workspace_id in tenants.items()]
    dagster.add_dynamic_partitions(PARTITIONS, [*former, f"acme/gone {uuid4()}"])
    run_id = materialize(dagster, *former)
    before = read_times(dagster)

    sync_partitions(dagster, Resources())

    assert dagster.get_dynamic_partitions(PARTITIONS) == list(tenants)
    assert dagster.get_materialized_partitions(TRIAL) == set(tenants)
    assert read_times(dagster) == before
    records = dagster.fetch_materializations(TRIAL, 9).records
    materializations = {record.partition_key: record.asset_materialization for record in records}
    for name in tenants:
        materialization = materializations[name]
        assert materialization is not None
        assert (materialization.partition, materialization.metadata["issues"].value) == (name, 7)
    latest = dagster.get_latest_materialization_event(TRIAL)
    assert latest is not None
    assert latest.asset_materialization is not None
    assert latest.asset_materialization.partition in tenants
    run = dagster.get_run_by_id(run_id)
    assert run is not None
    assert (run.tags[RANGE_START], run.tags[RANGE_END]) == ("acme/main", "acme/test")
    over_main = dagster.get_run_ids(dg.RunsFilter(tags={RANGE_START: "acme/main"}))
    assert (over_main, dagster.get_runs_count()) == ([run_id], 1)
    with own.database.every_workspace() as session:
        assert read_partitions(session, tenants.values()) == {each: name for name, each in tenants.items()}
    changes = find_changes(dagster, Resources())
    assert (changes.added, changes.removed) == ([], [])


def test_a_renamed_workspace_takes_its_history_along_and_leaves_none_to_whoever_takes_the_name(
    own: OwnInstallation, dagster: DagsterInstance, tenants: dict[str, UUID]
) -> None:
    sync_partitions(dagster, Resources())
    materialize(dagster, "acme/main")
    materialize(dagster, "acme/main", asset=theirs)
    rename(own, tenants["acme/main"], "store")
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        acme = create_organization(owner, "acme", "Acme", "growth", 10)
        create_workspace(owner, acme, "main", "Main", "UTC")

    sync_partitions(dagster, Resources())

    assert dagster.get_dynamic_partitions(PARTITIONS) == ["acme/store", "acme/prod", "acme/test", "acme/main"]
    assert dagster.get_materialized_partitions(TRIAL) == {"acme/store"}
    assert dagster.get_materialized_partitions(theirs.key) == {"acme/main"}


def test_two_workspaces_may_exchange_their_names(
    own: OwnInstallation, dagster: DagsterInstance, tenants: dict[str, UUID]
) -> None:
    sync_partitions(dagster, Resources())
    materialize(dagster, "acme/main")
    for name, slug in (("acme/main", "aside"), ("acme/prod", "main"), ("acme/main", "prod")):
        rename(own, tenants[name], slug)

    sync_partitions(dagster, Resources())

    assert dagster.get_dynamic_partitions(PARTITIONS) == ["acme/prod", "acme/main", "acme/test"]
    assert dagster.get_materialized_partitions(TRIAL) == {"acme/prod"}


@pytest.mark.parametrize(
    "tags",
    [{PARTITION: "acme/prod"}, {RANGE_START: "acme/main", RANGE_END: "acme/test"}],
    ids=["over this partition", "over a range that it is in"],
)
def test_a_partition_keeps_its_name_while_a_run_is_over_it(
    tags: dict[str, str], own: OwnInstallation, dagster: DagsterInstance, tenants: dict[str, UUID]
) -> None:
    sync_partitions(dagster, Resources())
    run = start_run(dagster, tags)
    rename(own, tenants["acme/prod"], "store")

    sync_partitions(dagster, Resources())

    assert dagster.get_dynamic_partitions(PARTITIONS) == list(tenants)
    with own.database.every_workspace() as session:
        assert read_partitions(session, [tenants["acme/prod"]]) == {tenants["acme/prod"]: "acme/prod"}
    dagster.report_run_canceled(run)
    sync_partitions(dagster, Resources())
    assert dagster.get_dynamic_partitions(PARTITIONS) == ["acme/main", "acme/store", "acme/test"]


def test_a_partition_is_removed_with_its_workspace_when_no_run_is_over_it(
    own: OwnInstallation, dagster: DagsterInstance, tenants: dict[str, UUID]
) -> None:
    sync_partitions(dagster, Resources())
    run = start_run(dagster, {RANGE_START: "acme/main", RANGE_END: "acme/prod"})
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        owner.execute("delete from app.workspace where workspace_id = %s", (tenants["acme/main"],))

    sync_partitions(dagster, Resources())

    assert dagster.get_dynamic_partitions(PARTITIONS) == list(tenants)
    dagster.report_run_canceled(run)
    sync_partitions(dagster, Resources())
    assert dagster.get_dynamic_partitions(PARTITIONS) == ["acme/prod", "acme/test"]


def test_in_a_dagster_of_another_storage_the_partition_of_the_new_name_is_added(
    own: OwnInstallation, instance: DagsterInstance, tenants: dict[str, UUID]
) -> None:
    sync_partitions(instance, Resources())
    rename(own, tenants["acme/main"], "store")

    sync_partitions(instance, Resources())

    assert set(instance.get_dynamic_partitions(PARTITIONS)) == {"acme/store", "acme/prod", "acme/test"}


NAMES = [f"acme/{letter}" for letter in "abcdef"]


@st.composite
def workspaces(draw: st.DrawFn) -> list[NamedWorkspace]:
    """Workspaces that were renamed in any order, some of which have no partition yet."""
    count = draw(st.integers(1, len(NAMES)))
    names, partitions = (draw(st.permutations(NAMES))[:count] for _ in range(2))
    return [
        NamedWorkspace(UUID(int=number), name, draw(st.sampled_from([None, partition])), draw(st.booleans()))
        for number, (name, partition) in enumerate(zip(names, partitions, strict=True), 1)
    ]


@given(workspaces(), st.sets(st.sampled_from(NAMES)))
def test_no_two_workspaces_ever_have_one_partition_and_all_have_their_name_when_no_run_is_left(
    renamed: list[NamedWorkspace], used: set[str]
) -> None:
    planned = plan_partitions(renamed, used)

    assert len(set(planned.values())) == len(planned)
    for workspace in renamed:
        partition = planned.get(workspace.workspace_id)
        assert partition in {workspace.name, workspace.partition}
        assert workspace.partition not in used or partition == workspace.partition
    later = [replace(each, partition=planned.get(each.workspace_id)) for each in renamed]
    assert plan_partitions(later, ()) == {
        each.workspace_id: each.name for each in renamed if each.partition or each.is_active
    }
