"""dbt runs in process, confined to a run's scope, one run at a time; the project keeps its own rules."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest

from causeloop_pipeline.connectors import record_mappings
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import DBT_PROJECT_DIR, ROOT
from causeloop_pipeline.stages.normalization import read_claimed_records
from causeloop_pipeline.storage.app.run_scopes import EmptyScopeError, declare_scope
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.built_views import delete_digest, is_built_from
from causeloop_pipeline.storage.dbt.report import NormalizationError
from causeloop_pipeline.storage.dbt.runner import Normalizer, parse_project
from causeloop_pipeline.storage.raw.conservation import check_conservation
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records
from tests.support.normalizing import issues, land_records, normalize, record

ISSUES = "select * from core.issue order by issue_id"


@pytest.fixture(scope="session")
def manifest(models: Normalizer) -> dict[str, Any]:
    """The manifest that Dagster's definitions are built from."""
    manifest: dict[str, Any] = orjson.loads(models.manifest_path.read_bytes())
    return manifest


def own_models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_there_are_two_staging_models_whatever_the_number_of_connectors(manifest: dict[str, Any]) -> None:
    staged = {node["name"] for node in own_models(manifest) if node["schema"] == "staging"}

    assert staged == {"stg_issues", "stg_changes"}


def test_no_table_is_rebuilt_from_one_runs_scope(manifest: dict[str, Any]) -> None:
    materialized = {node["name"]: node["config"]["materialized"] for node in own_models(manifest)}

    marts = {"issue", "occurrence", "change"}
    assert {name for name, kind in materialized.items() if kind != "view"} == marts
    for mart in (node for node in own_models(manifest) if node["name"] in marts):
        assert mart["config"]["materialized"] == "incremental"
        assert mart["config"]["full_refresh"] is False


def test_every_staging_view_has_the_declared_columns(
    manifest: dict[str, Any], models: Normalizer, installation: Any
) -> None:
    declared = {
        node["name"]: [(column["name"], column["data_type"]) for column in node["columns"].values()]
        for node in own_models(manifest)
        if node["schema"] == "staging"
    }
    with psycopg.connect(installation.pipeline_url) as connection:
        rows = connection.execute(
            "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) "
            "from pg_attribute as a join pg_class as c on c.oid = a.attrelid "
            "where c.relnamespace = 'staging'::regnamespace and c.relkind = 'v' order by c.relname, a.attnum"
        ).fetchall()
    built: dict[str, list[tuple[str, str]]] = {}
    for view, column, data_type in rows:
        built.setdefault(view, []).append((column, data_type))

    assert built == declared


def test_every_model_and_declared_column_has_a_description(manifest: dict[str, Any]) -> None:
    assert all(node["description"] for node in own_models(manifest))
    assert all(column["description"] for node in own_models(manifest) for column in node["columns"].values())


def test_every_view_runs_with_the_rights_of_its_reader(installation: Any, models: Normalizer) -> None:
    with psycopg.connect(installation.pipeline_url) as connection:
        views = connection.execute(
            "select c.relname, c.reloptions from pg_class as c "
            "join pg_namespace as n on n.oid = c.relnamespace "
            "where c.relkind = 'v' and n.nspname in ('staging', 'intermediate')"
        ).fetchall()

    assert len(views) == 8
    assert all(options == ["security_invoker=true"] for _, options in views)


def test_views_of_this_version_of_the_project_are_not_built_again(
    installation: Any, models: Normalizer
) -> None:
    assert models.build_views() is None

    with psycopg.connect(installation.pipeline_url) as connection:
        delete_digest(connection)
        assert not is_built_from(connection, models._hash_project())
        connection.rollback()
        connection.execute("drop view staging.stg_changes")
        assert not is_built_from(connection, models._hash_project())
        connection.rollback()


def test_no_profile_sets_a_search_path_which_would_hide_the_run() -> None:
    assert "search_path" not in (DBT_PROJECT_DIR / "profiles.yml").read_text()
    assert not list(ROOT.glob("dbt_*.py"))


def test_the_projects_unit_tests_pass(models: Normalizer) -> None:
    report = models.run_unit_tests()

    assert len(report.checks) >= 3
    assert {check.status for check in report.checks} == {"pass"}


def test_a_run_without_a_workspace_in_its_scope_is_an_error(models: Normalizer) -> None:
    with pytest.raises(EmptyScopeError, match="nobody's run has no workspace in its scope"):
        models.normalize("nobody's run")


def test_a_run_leaves_no_variable_in_the_environment(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    before = dict(os.environ)

    normalize(database, models, workspace_id)

    assert dict(os.environ) == before


def test_two_runs_at_once_wait_for_one_another(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    both = (workspace_id, other_workspace_id)
    for tenant in both:
        land_records(
            database, tenant, *[record({"external_id": f"X-{n}", "title": "Timeout"}) for n in range(20)]
        )

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda tenant: normalize(database, models, tenant), both))

    assert [report.outcome("issue").rows for report in reports] == [20, 20]
    assert all(len(issues(database, tenant)) == 20 for tenant in both)


def test_a_rebuild_gives_the_same_rows_with_the_same_ids_and_deletes_orphans(
    database: Database, models: Normalizer, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    land_records(database, other_workspace_id, record({"external_id": "theirs", "title": "Theirs"}))
    for title in ("first", "second"):
        land_records(database, workspace_id, record({"external_id": "X-1", "title": title}))
        land_records(database, workspace_id, record({"external_id": title, "title": title}))
        normalize(database, models, workspace_id, other_workspace_id)
    with database.workspace(workspace_id) as session:
        before = session.rows(ISSUES)
        session.execute(
            "insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, "
            "source_created_at, source_updated_at, ingested_at) "
            "select workspace_id, gen_random_uuid(), source, 'phantom', title, severity, status, "
            "source_created_at, source_updated_at, ingested_at from core.issue where external_id = 'X-1'"
        )
        session.execute("update core.issue set title = 'damaged' where external_id = 'second'")

    normalize(database, models, workspace_id, rebuild=True)

    with database.workspace(workspace_id) as session:
        after = session.rows(ISSUES)
    assert [row | {"changed_at": None} for row in after] == [row | {"changed_at": None} for row in before]
    assert issues(database, other_workspace_id).keys() == {"theirs"}


def test_a_record_that_can_be_mapped_now_leaves_the_quarantine(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "X-1"}), record({"external_id": "X-2"}))
    normalize(database, models, workspace_id)
    with database.workspace(workspace_id) as session:
        session.execute(
            "update raw.record set payload = payload || '{\"title\": \"Found\"}' where external_id = 'X-1'"
        )

    normalize(database, models, workspace_id, rebuild=True)

    assert issues(database, workspace_id).keys() == {"X-1"}
    with database.workspace(workspace_id) as session:
        quarantined = session.rows("select external_id from raw.quarantine where replayed_at is null")
    assert quarantined == [{"external_id": "X-2"}]


def test_the_error_of_a_broken_model_shows_no_customer_data(
    database: Database, models: Normalizer, workspace_id: UUID, owner: psycopg.Connection[Any]
) -> None:
    land_records(database, workspace_id, record({"external_id": "X-1", "title": "secret words"}))
    owner.execute("alter table core.issue add constraint planted check (title <> 'secret words')")
    try:
        with pytest.raises(NormalizationError, match="planted") as failure:
            normalize(database, models, workspace_id)
        assert "secret words" not in str(failure.value)
    finally:
        owner.execute("alter table core.issue drop constraint planted")

    with database.workspace(workspace_id) as session:
        assert session.execute("update raw.pending_record set run_id = null") == 1
    normalize(database, models, workspace_id)
    assert issues(database, workspace_id).keys() == {"X-1"}


def test_records_whose_connector_went_before_they_were_read_are_in_quarantine(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(
        database, workspace_id, record({"external_id": "X-1", "title": "t"}, "removed_tool", kind="record")
    )

    check = normalize(database, models, workspace_id).outcome("claimed_records_are_accounted_for")

    assert check.status == "pass"
    with database.workspace(workspace_id) as session:
        assert session.rows("select reason from raw.quarantine") == [
            {"reason": "nothing reads a removed_tool record now"}
        ]
        assert [
            (source.quarantined, source.balanced) for source in check_conservation(session, workspace_id)
        ] == [(1, True)]


def test_what_was_read_of_a_record_outlives_its_connector(
    database: Database, models: Normalizer, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = {"number": 7, "title": "Checkout is down", "updated_at": "2026-03-02T10:00:00Z"}
    land_records(database, workspace_id, record(failure, "github", external_id="7", kind="issue"))
    normalize(database, models, workspace_id)
    others = {name: tool for name, tool in CONNECTORS.items() if name != "github"}
    monkeypatch.setattr(record_mappings, "CONNECTORS", others)
    with database.workspace(workspace_id) as session:
        session.execute("update raw.mapped_record set mapping_version = 'former'")
        session.execute(
            "insert into raw.pending_record (workspace_id, record_id, source) "
            "select workspace_id, record_id, source from raw.record"
        )

    normalize(database, models, workspace_id)

    assert [issue["title"] for issue in issues(database, workspace_id).values()] == ["Checkout is down"]
    with database.workspace(workspace_id) as session:
        assert session.rows("select 1 from raw.quarantine") == []


def test_a_run_id_may_contain_any_character(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "X-1", "title": "t"}))
    run_id = f"the \\ odd 'run' {workspace_id}"
    with database.workspace(workspace_id) as session:
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
    read_claimed_records(database, run_id, [workspace_id])

    assert models.normalize(run_id).outcome("issue").rows == 1


def test_the_command_of_the_runner_parses_and_nothing_else() -> None:
    with pytest.raises(SystemExit, match="usage"):
        parse_project(["build"])


def test_a_check_keeps_its_severity_when_a_macro_that_it_calls_changes(tmp_path: Path) -> None:
    files = {
        "dbt_project.yml": "{name: tiny, version: 1.0.0, profile: tiny}",
        "profiles.yml": (
            "tiny: {target: t, outputs: {t: {type: postgres, host: '', port: 5432, user: '', password: '', "
            "dbname: '', schema: s}}}"
        ),
        "macros/numbers.sql": "{% macro number() %}1{% endmacro %}",
        "tests/_tests.yml": "data_tests: [{name: a_check, config: {severity: warn}}]",
        "tests/a_check.sql": "select {{ number() }}",
    }
    for name, text in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    models = Normalizer(None, project_dir=tmp_path / "project", target_dir=tmp_path / "target")
    models.parse()
    (tmp_path / "project/macros/numbers.sql").write_text("{% macro number() %}2{% endmacro %}")

    manifest = orjson.loads(models.parse().read_bytes())

    assert manifest["nodes"]["test.tiny.a_check"]["config"]["severity"] == "warn"
