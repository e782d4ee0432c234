"""The models run in process, held to a run's scope, and never collide; their project keeps its own rules."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
import yaml

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.raw.pending_records import (claim_arrivals, release_orphaned_arrivals)
from causeloop_pipeline.storage.raw.conservation import (balance)
from causeloop_pipeline.storage.dbt.runner import (PROJECT_DIR, Normalizer, parse_project)
from causeloop_pipeline.storage.dbt.report import (NormalizationError)
from causeloop_pipeline.storage.app.run_scopes import (EmptyScopeError, declare_scope)
from causeloop_pipeline.storage.database.session import (Database)
from tests.support.normalizing import (issues, landed, normalized, record)

STATE = "select * from core.issue order by issue_id"


@pytest.fixture(scope="session")
def manifest(models: Normalizer) -> dict[str, Any]:
    """The build product that Dagster's definitions are made of."""
    return orjson.loads(models.manifest_path.read_bytes())


def own_models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_connector_has_a_staging_model_and_a_source_and_nothing_else_has(
    manifest: dict[str, Any],
) -> None:
    staged = {
        node["name"].removeprefix("stg_").removesuffix("__issues")
        for node in own_models(manifest)
        if node["schema"] == "staging" and node["name"].endswith("__issues")
    }
    landing = {
        node["name"]: node for node in manifest["sources"].values() if node["source_name"] == "landing"
    }

    assert staged - {"ingested"} == CONNECTORS.keys() == landing.keys()
    assert {node["identifier"] for node in landing.values()} == {"record"}
    assert all(
        node["config"]["meta"]["dagster"]["asset_key"] == ["landing", name] for name, node in landing.items()
    )
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())
    assert set(project["vars"]["connectors"]) == CONNECTORS.keys()
    changing = {
        name
        for name, tool in CONNECTORS.items()
        if any(asked.shape.kind == "change" for asked in tool.pulls)
    }
    assert set(project["vars"]["changes_of"]) == changing


def test_no_model_is_a_table_that_one_runs_scope_would_rebuild(manifest: dict[str, Any]) -> None:
    materialized = {node["name"]: node["config"]["materialized"] for node in own_models(manifest)}

    assert {name for name, how in materialized.items() if how != "view"} == {"issue", "change"}
    for made in (node for node in own_models(manifest) if node["name"] in {"issue", "change"}):
        assert made["config"]["materialized"] == "incremental"
        assert made["config"]["full_refresh"] is False
        assert made["config"]["on_schema_change"] == "append_new_columns"


@pytest.mark.parametrize("what", ["issues", "changes"])
def test_every_staging_model_keeps_the_one_contract_of_what_it_is_about(
    manifest: dict[str, Any], what: str
) -> None:
    staged = [
        node
        for node in own_models(manifest)
        if node["schema"] == "staging" and node["name"].endswith(f"__{what}")
    ]
    contracts = [
        [(column["name"], column["data_type"]) for column in node["columns"].values()] for node in staged
    ]

    assert all(node["config"]["contract"]["enforced"] for node in staged)
    assert len(contracts) == (len(CONNECTORS) + 1 if what == "issues" else 3)
    assert all(contract == contracts[0] for contract in contracts)


def test_every_model_and_every_column_that_it_declares_is_described(manifest: dict[str, Any]) -> None:
    assert all(node["description"] for node in own_models(manifest))
    assert all(column["description"] for node in own_models(manifest) for column in node["columns"].values())


def test_every_view_runs_with_its_readers_rights(installation: Any, models: Normalizer) -> None:
    with psycopg.connect(installation.pipeline_url) as connection:
        views = connection.execute(
            "select c.relname, c.reloptions from pg_class as c "
            "join pg_namespace as n on n.oid = c.relnamespace "
            "where c.relkind = 'v' and n.nspname in ('staging', 'intermediate')"
        ).fetchall()

    assert len(views) >= len(CONNECTORS)
    assert all(options == ["security_invoker=true"] for _, options in views)


def test_no_profile_sets_a_search_path_which_would_hide_the_run() -> None:
    assert "search_path" not in (PROJECT_DIR / "profiles.yml").read_text()
    assert not list(ROOT.glob("dbt_*.py"))


def test_the_projects_unit_tests_pass(models: Normalizer) -> None:
    report = models.run_unit_tests()

    assert len(report.checks) >= 3
    assert {check.status for check in report.checks} == {"pass"}


def test_a_run_without_a_workspace_in_its_scope_is_an_error(models: Normalizer) -> None:
    with pytest.raises(EmptyScopeError, match="nobody's run has no workspace in its scope"):
        models.normalize("nobody's run")


def test_nothing_of_the_run_stays_in_the_environment(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    before = dict(os.environ)

    normalized(database, models, workspace_id)

    assert dict(os.environ) == before


def test_two_runs_at_once_wait_for_one_another(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    both = (workspace_id, other_workspace_id)
    for one in both:
        landed(database, one, *[record({"external_id": f"X-{n}", "title": "Timeout"}) for n in range(20)])

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda one: normalized(database, models, one), both))

    assert [report.outcome("issue").rows for report in reports] == [20, 20]
    assert all(len(issues(database, one)) == 20 for one in both)


def test_a_rebuild_gives_the_same_rows_with_the_same_ids_and_drops_what_nothing_gives(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    landed(database, other_workspace_id, record({"external_id": "theirs", "title": "Theirs"}))
    for title in ("first", "second"):
        landed(database, workspace_id, record({"external_id": "X-1", "title": title}))
        landed(database, workspace_id, record({"external_id": title, "title": title}))
        normalized(database, models, workspace_id, other_workspace_id)
    with database.workspace(workspace_id) as session:
        before = session.rows(STATE)
        session.execute(
            "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, "
            "source_created_at, source_updated_at, ingested_at) "
            "select workspace_id, gen_random_uuid(), source, 'phantom', title, severity, status, "
            "source_created_at, source_updated_at, ingested_at from core.issue where external_id = 'X-1'"
        )
        session.execute("update core.issue set title = 'damaged' where external_id = 'second'")

    normalized(database, models, workspace_id, rebuild=True)

    with database.workspace(workspace_id) as session:
        after = session.rows(STATE)
    assert [row | {"changed_at": None} for row in after] == [row | {"changed_at": None} for row in before]
    assert issues(database, other_workspace_id).keys() == {"theirs"}


def test_what_a_better_mapping_understands_leaves_the_quarantine(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    landed(database, workspace_id, record({"external_id": "X-1"}), record({"external_id": "X-2"}))
    normalized(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute(
            "update raw.record set payload = payload || '{\"title\": \"Found\"}' where external_id = 'X-1'"
        )

    normalized(database, models, workspace_id, rebuild=True)

    assert issues(database, workspace_id).keys() == {"X-1"}
    with database.workspace(workspace_id) as session:
        open_ones = session.rows("select external_id from raw.quarantine where replayed_at is null")
    assert open_ones == [{"external_id": "X-2"}]


def test_a_model_that_breaks_is_told_without_a_customers_data(
    database: Database, models: Normalizer, workspace_id: UUID, owner: psycopg.Connection[Any]
) -> None:
    landed(database, workspace_id, record({"external_id": "X-1", "title": "secret words"}))
    owner.execute("alter table core.issue add constraint planted check (title <> 'secret words')")
    try:
        with pytest.raises(NormalizationError, match="planted") as failure:
            normalized(database, models, workspace_id)
        assert "secret words" not in str(failure.value)
    finally:
        owner.execute("alter table core.issue drop constraint planted")

    with database.workspace(workspace_id) as session:
        assert release_orphaned_arrivals(session, []) == 1
    normalized(database, models, workspace_id)
    assert issues(database, workspace_id).keys() == {"X-1"}


def test_records_of_a_tool_that_nobody_reads_any_more_are_missed(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    landed(
        database, workspace_id, record({"external_id": "X-1", "title": "t"}, "removed_tool", kind="record")
    )

    missed = normalized(database, models, workspace_id).outcome("arrivals_are_accounted_for")

    assert (missed.status, missed.failures) == ("warn", 1)
    with database.workspace(workspace_id) as session:
        assert [(one.source, one.lost, one.balanced) for one in balance(session, workspace_id)] == [
            ("removed_tool", 1, False)
        ]


def test_a_runs_name_may_hold_any_character(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    landed(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    run_id = f"the \\ odd 'run' {workspace_id}"
    with database.workspace(workspace_id) as session:
        declare_scope(session, run_id, [workspace_id])
        claim_arrivals(session, run_id, [workspace_id])

    assert models.normalize(run_id).outcome("issue").rows == 1


def test_the_project_is_parsed_without_a_database(tmp_path: Path) -> None:
    environment = {**os.environ, "CAUSELOOP_STATE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "causeloop_pipeline.storage.dbt.runner", "parse"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    path = Path(done.stdout.strip())
    assert path == tmp_path / "dbt" / "target" / "manifest.json"
    assert "model.causeloop.issue" in orjson.loads(path.read_bytes())["nodes"]
    with pytest.raises(SystemExit, match="usage"):
        parse_project(["build"])
