"""What operators see on the pages of assets and of the resource."""

from pathlib import Path
from typing import Any
from uuid import UUID

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap

from causeloop_pipeline.orchestration.asset_metadata import (
    CODE_REFERENCES,
    COLUMN_SCHEMA,
    FRESHNESS,
    RELATION,
    ROW_COUNT,
)
from causeloop_pipeline.orchestration.asset_selection import CHANGE, ISSUE, product_key
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.conftest import Run
from tests.orchestration.failures import failures, ingest

STAGES = {
    "fingerprints",
    "patterns",
    "clusters",
    "predictions",
    "alerts",
    "risk",
    "outcomes",
    "proofs",
    "recommendations",
}


def test_every_stage_has_a_freshness_policy(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in (ISSUE, CHANGE, *(product_key(stage) for stage in STAGES)):
        assert graph.get(key).freshness_policy_or_from_metadata == FRESHNESS


def test_every_asset_links_to_code_that_exists(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        references = graph.get(key).metadata[CODE_REFERENCES].code_references
        assert references, key
        assert all(Path(reference.file_path).is_file() for reference in references), key


def test_every_asset_but_risk_names_the_relation_that_it_writes(
    definitions: dg.Definitions, database: Database
) -> None:
    graph = definitions.resolve_asset_graph()
    named = {key: graph.get(key).metadata.get(RELATION) for key in graph.materializable_asset_keys}
    assert {key for key, relation in named.items() if relation is None} == {product_key("risk")}
    with database.every_workspace() as session:
        for relation in sorted({str(relation) for relation in named.values() if relation}):
            assert session.row("select to_regclass(%s) as found", (relation,)) != {"found": None}, relation


def test_every_description_says_what_starts_the_asset(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    sensors = {sensor.name for sensor in definitions.sensors or []}
    for key in graph.materializable_asset_keys:
        description = graph.get(key).description or ""
        started_by = "due_connectors" if key.path[1] == "landing" else "arrived_events"
        assert f"`{started_by}`" in description
        assert started_by in sensors
        assert "automation condition" in description


def test_a_materialization_shows_the_columns_and_rows_of_its_table(
    run: Run, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures(20))

    result = run([workspace_id])

    assert result.success
    displayed = {
        event.asset_key: event.materialization.metadata for event in result.get_asset_materialization_events()
    }
    issue, patterns = displayed[ISSUE], displayed[product_key("patterns")]
    schema = issue[COLUMN_SCHEMA].value
    assert isinstance(schema, dg.TableSchema)
    columns = {column.name: column for column in schema.columns}
    assert columns["issue_id"].type == "uuid"
    assert columns["title"].description == "What failed, in 1 to 300 characters."
    assert not columns["title"].constraints.nullable
    with database.every_workspace() as session:
        counted = session.row(
            "select (select count(*) from core.issue) as issues, "
            "(select count(*) from detect.pattern) as patterns"
        )
    assert {"issues": issue[ROW_COUNT].value, "patterns": patterns[ROW_COUNT].value} == counted


def test_the_resource_shows_as_the_installation(definitions: dg.Definitions) -> None:
    resources = RepositorySnap.from_def(definitions.get_repository_def()).resources
    assert resources is not None
    [resource] = resources
    assert resource.resource_type == "causeloop_pipeline.stages.installation.open_installation"
    assert "database and secrets" in (resource.resource_snapshot.description or "")


def partition_metadata(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, Any]:
    """What the one partition of a run shows of an asset."""
    [event] = [entry for entry in result.get_asset_materialization_events() if entry.asset_key == key]
    return {name: entry.value for name, entry in event.materialization.metadata.items()}


def test_a_stage_shows_what_the_workspace_holds_also_after_a_run_that_changed_nothing_and_logs_what_it_did(
    run: Run, database: Database, workspace_id: UUID, capfd: pytest.CaptureFixture[str]
) -> None:
    ingest(database, workspace_id, failures(60))
    first, key = run([workspace_id]), product_key("patterns")
    written = capfd.readouterr().err
    idle = run([workspace_id], first="patterns", asset_selection=[key])
    rebuilt = run(
        [workspace_id],
        first="patterns",
        asset_selection=[key],
        run_config={"ops": {"causeloop__patterns": {"config": {"rebuild": True}}}},
    )

    with database.workspace(workspace_id) as session:
        held = session.row(
            "select count(*) as patterns, sum(issue_count)::bigint as issues_in_patterns from detect.pattern"
        )
        name = session.row(
            "select o.slug || '/' || w.slug as name from app.workspace as w join app.organization as o "
            "using (organization_id) where w.workspace_id = %s",
            (workspace_id,),
        )
    assert held
    assert name
    for result in (first, idle, rebuilt):
        page = partition_metadata(result, key)
        assert page["patterns"] == held["patterns"] > 0
        assert page["issues in patterns"] == held["issues_in_patterns"]
        [row] = page["by workspace"].records
        assert row.data["workspace"] == name["name"]
        assert row.data["full recompute"] == (0 if result is idle else 1)
    issue = partition_metadata(first, ISSUE)
    assert (issue["issues"], issue["waiting records"], issue["lag seconds"]) == (len(failures(60)), 0, 0)
    assert {"graded predictions"} <= partition_metadata(first, product_key("outcomes")).keys()
    assert f"patterns: {name['name']}: issues {len(failures(60))}" in written
    assert f"records read: {len(failures(60))} of custom_api" in written
