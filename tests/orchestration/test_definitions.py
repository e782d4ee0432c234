"""The asset graph as operators see it, and that it loads with plain Dagster commands."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import dagster as dg
import pytest
from pydantic import SecretStr

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.orchestration.asset_selection import MAPPED, product_key
from causeloop_pipeline.orchestration.assets.landing import UNUSED_TOOLS, landing_assets
from causeloop_pipeline.orchestration.connected_types import read_connected_types
from causeloop_pipeline.orchestration.partitions import WORKSPACES
from causeloop_pipeline.settings import ROOT, settings
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation

SNAPSHOT = Path(__file__).parent / "asset_graph.json"
GROUPS = {
    *(f"tools_{category}" for category in ("monitoring", "incident", "support", "data", "security")),
    UNUSED_TOOLS,
    *("normalize", "detect", "predict", "act"),
}
LANDINGS = "causeloop/landing/…"


def edges(definitions: dg.Definitions) -> dict[str, list[str]]:
    """Every asset and what it follows from; the landings of all tools are one."""
    graph = definitions.resolve_asset_graph()
    return {
        key: sorted({name_asset(parent) for parent in graph.get(asset).parent_keys})
        for asset in sorted(graph.materializable_asset_keys)
        if (key := name_asset(asset)) != LANDINGS
    }


def name_asset(key: dg.AssetKey) -> str:
    return LANDINGS if key.path[1] == "landing" else key.to_user_string()


def test_the_stages_and_what_each_follows_from_are_these(definitions: dg.Definitions) -> None:
    assert edges(definitions) == json.loads(SNAPSHOT.read_text())


def test_every_connector_lands_in_an_asset_that_mappings_read(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()

    assert graph.get(MAPPED).parent_keys == {product_key("landing", name) for name in CONNECTORS}


def list_groups(assets: dg.AssetsDefinition) -> dict[str, str | None]:
    """Connector type → the group of its landing."""
    return {spec.key.path[-1]: spec.group_name for spec in assets.specs}


def test_only_tools_that_are_connected_are_grouped_by_category() -> None:
    groups = list_groups(landing_assets({"github", "pagerduty"}))

    assert groups.keys() == CONNECTORS.keys()
    assert {name: group for name, group in groups.items() if group != UNUSED_TOOLS} == {
        "github": "tools_incident",
        "pagerduty": "tools_incident",
    }


def test_without_a_database_that_tells_every_tool_is_grouped_by_category() -> None:
    by_category = {group for group in GROUPS if group.startswith("tools_")} - {UNUSED_TOOLS}

    assert set(list_groups(landing_assets()).values()) == by_category


def test_the_tools_that_are_connected_are_those_that_any_workspace_has(
    database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into app.connector (workspace_id, connector_id, type, display_name) "
            "values (%s, gen_random_uuid(), 'gitea', 'Forge')",
            (workspace_id,),
        )
    connected = read_connected_types()
    assert connected is not None
    assert "gitea" in connected

    nowhere = SecretStr("postgresql://pipeline@127.0.0.1:1/causeloop")
    monkeypatch.setattr(settings(), "pipeline_database_url", nowhere)
    assert read_connected_types() is None


def test_the_graph_is_small_enough_to_be_read_unfolded(definitions: dg.Definitions) -> None:
    keys = definitions.resolve_asset_graph().materializable_asset_keys

    assert len(keys) - len(CONNECTORS) <= 22


def test_every_asset_has_a_partition_per_workspace_and_runs_a_range_at_once(
    definitions: dg.Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.partitions_def == WORKSPACES
        assert node.backfill_policy == dg.BackfillPolicy.single_run()


def test_every_asset_tells_operators_what_it_is(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert node.description
        assert node.group_name in GROUPS
        assert node.kinds
        assert node.owners


def test_only_checks_of_the_installation_itself_stop_a_run(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    blocking = {key.name for key in graph.asset_check_keys if graph.get(key).blocking}
    assert blocking == {"isolation", "migrated"}


def test_a_process_that_loads_definitions_loads_no_heavy_library(
    installation: Installation, definitions: dg.Definitions
) -> None:
    heavy = ("polars", "pandas", "sklearn", "scipy", "prophet", "igraph", "dbt", "httpx2", "pyarrow")
    program = (
        "import sys, causeloop_pipeline.definitions; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    environment = {**os.environ, "CAUSELOOP_STATE_DIR": str(installation.state_dir), "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert process.stdout.strip().splitlines()[-1] == "[]"


def test_plain_dagster_commands_load_the_workspace_file(
    installation: Installation, definitions: dg.Definitions, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "CAUSELOOP_STATE_DIR": str(installation.state_dir),
        "DAGSTER_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    dagster = Path(sys.executable).parent / "dagster"
    process = subprocess.run(
        [str(dagster), "definitions", "validate", "-w", str(ROOT / "workspace.yaml")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert process.returncode == 0, process.stderr
