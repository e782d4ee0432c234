"""`causeloop tenant erase` leaves no trace in the product's tables, its views and Dagster's storage."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import dagster as dg
import psycopg
import pytest
from dagster import DagsterInstance
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES, tag_range
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope
from causeloop_pipeline.storage.reporting.logins import grant_login
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import Installation
from tests.orchestration.instance.code_locations import job_origin
from tests.orchestration.partitions import add_partitions
from tests.storage.erasure.planting import find_everywhere, plant_canary
from tests.storage.own_installation import OwnInstallation, own_installation


@dg.asset(
    key=product_key("trial"),
    partitions_def=WORKSPACES,
    backfill_policy=ONE_RUN,
    check_specs=[dg.AssetCheckSpec("seen", asset=product_key("trial"))],
)
def trial(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster refuses a parameter
    keys = list(context.partition_keys)
    context.log.info("worked on %s", keys)
    check = dg.AssetCheckResult(passed=True, check_name="seen", metadata={"workspaces": ", ".join(keys)})
    return dg.MaterializeResult(metadata={"workspaces": ", ".join(keys)}, check_results=[check])


@pytest.fixture(scope="module")
def own(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnInstallation]:
    with own_installation(installation, tmp_path_factory.mktemp("own")) as made:
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


class Tenant:
    """A workspace with a row of everything, and what Dagster stores of it."""

    def __init__(self, own: OwnInstallation, dagster: DagsterInstance) -> None:
        with psycopg.connect(own.owner_url, autocommit=True) as owner:
            self.sample: Sample = make_sample(owner, own.database)
        (self.partition,) = add_partitions(dagster, own.database, self.id)
        self.name = self.partition

    @property
    def id(self) -> UUID:
        return self.sample.workspace_id


def materialize(dagster: DagsterInstance, *tenants: Tenant) -> str:
    job = dg.Definitions([trial], jobs=[dg.define_asset_job("loop", "*")]).resolve_job_def("loop")
    keys = [tenant.partition for tenant in tenants]
    result = job.execute_in_process(instance=dagster, tags=tag_range(keys, set(keys)))
    assert result.success
    return result.run_id


def let_sensor_name(dagster: DagsterInstance, tenant: Tenant) -> None:
    """A sensor's cursor, a tick and a key-value pair that name a workspace."""
    origin = job_origin("any").repository_origin.get_instigator_origin(f"sensor of {uuid4().hex}")
    data = SensorInstigatorData(cursor=f"seen {tenant.id}", min_interval=3)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, data)
    dagster.add_instigator_state(state)
    dagster.create_tick(
        TickData(
            state.instigator_origin_id,
            state.instigator_name,
            InstigatorType.SENSOR,
            TickStatus.SKIPPED,
            1.0,
            skip_reason=f"nothing for {tenant.partition}",
            selector_id=state.selector_id,
        )
    )
    dagster.run_storage.set_cursor_values({f"cursor {uuid4().hex}": f"{tenant.id}"})


def list_runs(dagster: DagsterInstance) -> set[str]:
    return {run.run_id for run in dagster.get_runs()}


def test_a_workspace_is_erased_everywhere_and_runs_of_others_stay(
    own: OwnInstallation, dagster: DagsterInstance, tmp_path: Path
) -> None:
    erased, neighbour = Tenant(own, dagster), Tenant(own, dagster)
    administrator = tmp_path / "administrator"
    administrator.write_text(own.superuser_url)
    canary = f"planted{uuid4().hex[:10]}"
    plant_canary(own, erased.id, canary)
    shared, foreign = materialize(dagster, erased, neighbour), materialize(dagster, neighbour)
    let_sensor_name(dagster, erased)
    let_sensor_name(dagster, neighbour)
    dagster_url = own.dagster_superuser_url
    needles = (str(erased.id), erased.name)
    assert len(find_everywhere(dagster_url, *needles)) >= 10

    command = ["tenant", "erase", erased.name, "--yes", "--administrator", str(administrator)]
    result = CliRunner().invoke(app, command)

    assert result.exit_code == 0, result.output
    assert f"{erased.name} is erased" in result.output
    assert find_everywhere(dagster_url, *needles) == []
    assert find_everywhere(own.superuser_url, canary, erased.sample.canary, *needles) == []
    assert shared not in list_runs(dagster)
    assert foreign in list_runs(dagster)
    assert dagster.get_materialized_partitions(trial.key) == {neighbour.partition}
    assert dagster.get_dynamic_partitions(str(WORKSPACES.name)) == [neighbour.partition]
    assert materialize(dagster, neighbour) in list_runs(dagster)


def test_a_workspace_s_login_for_bi_goes_with_it_and_without_an_administrator_nothing_is_erased(
    own: OwnInstallation, dagster: DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, administrator = Tenant(own, dagster), tmp_path / "administrator"
    administrator.write_text(own.superuser_url)
    with psycopg.connect(own.superuser_url, autocommit=True) as superuser:
        login, _ = grant_login(superuser, own.owner_url, tenant.id, "UTC")
        command = ["tenant", "erase", tenant.name, "--yes"]
        monkeypatch.setenv("CAUSELOOP_DATABASE_URL", own.owner_url)

        refused = CliRunner().invoke(app, command)
        roles = superuser.execute("select count(*) from pg_roles where rolname = %s", (login,)).fetchone()
        erased = CliRunner().invoke(app, [*command, "--administrator", str(administrator)])
        left = superuser.execute("select count(*) from pg_roles where rolname = %s", (login,)).fetchone()

    assert (refused.exit_code, erased.exit_code) == (2, 0), refused.output + erased.output
    assert "--administrator" in refused.output
    assert (roles, left) == ((1,), (0,))


def test_an_erasure_whose_workspace_is_gone_already_is_finished_by_its_id(
    own: OwnInstallation, dagster: DagsterInstance
) -> None:
    tenant = Tenant(own, dagster)
    materialize(dagster, tenant)
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        owner.execute("delete from app.workspace where workspace_id = %s", (tenant.id,))

    result = CliRunner().invoke(app, ["tenant", "erase", str(tenant.id), "--yes"])

    assert result.exit_code == 0, result.output
    assert find_everywhere(own.dagster_superuser_url, str(tenant.id)) == []
    assert find_everywhere(own.superuser_url, str(tenant.id)) == []


def test_a_person_is_erased_and_what_they_wrote_names_a_pseudonym(
    own: OwnInstallation, dagster: DagsterInstance
) -> None:
    tenant, email = Tenant(own, dagster), f"ada.{uuid4().hex[:8]}@people.example"
    with psycopg.connect(own.owner_url, autocommit=True) as owner:
        user_id = create_user(owner, email, "Ada")
        add_member(owner, tenant.id, user_id, "analyst")
    with connect_in_scope(own.owner_url, [tenant.id]) as owner:
        owner.execute("update notify.alert_rule set created_by = %s", (f"user:{user_id}",))
        owner.execute("update core.issue set body = %s", (f"reported by {email}",))

    result = CliRunner().invoke(app, ["tenant", "erase-person", email, "--yes"])

    assert result.exit_code == 0, result.output
    assert find_everywhere(own.superuser_url, email, str(user_id)) == []
    with own.database.workspace(tenant.id) as session:
        authors = {row["created_by"] for row in session.rows("select created_by from notify.alert_rule")}
    assert len(authors) == 1
    assert authors.pop().startswith("user:")


@pytest.mark.parametrize("command", [["erase", "nobody/main"], ["erase-person", "nobody@example.com"]])
def test_whoever_is_not_there_is_wrong_usage(own: OwnInstallation, command: list[str]) -> None:
    assert CliRunner().invoke(app, ["tenant", *command, "--yes"]).exit_code == 2


def test_nothing_is_erased_without_a_yes(own: OwnInstallation, dagster: DagsterInstance) -> None:
    tenant = Tenant(own, dagster)

    result = CliRunner().invoke(app, ["tenant", "erase", tenant.name], input="n\n")

    assert result.exit_code == 1
    with psycopg.connect(own.owner_url) as owner:
        row = owner.execute(
            "select archived_at from app.workspace where workspace_id = %s", (tenant.id,)
        ).fetchone()
    assert row == (None,)
