"""The product's code location beside that of another team, in one Dagster."""

from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from causeloop_pipeline.orchestration.instance.own_runs import OWN_LABEL
from causeloop_pipeline.settings import ROOT

THEIRS = """
import dagster as dg

teams = dg.DynamicPartitionsDefinition(name="workspace")


@dg.asset(partitions_def=teams, pool="dbt")
def patterns() -> None: ...


@dg.asset(deps=[patterns])
def recommendations() -> None: ...


defs = dg.Definitions(assets=[patterns, recommendations])
"""


@pytest.fixture
def workspace_file(tmp_path: Path) -> Path:
    """The product's own workspace file with a second code location."""
    (tmp_path / "theirs.py").write_text(THEIRS)
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    theirs = {"relative_path": "theirs.py", "location_name": "theirs"}
    workspace["load_from"].append({"python_file": theirs})
    path = tmp_path / "workspace.yaml"
    path.write_text(yaml.safe_dump(workspace))
    return path


def test_a_code_location_with_an_asset_patterns_stands_beside_ours_without_a_clash(
    definitions: dg.Definitions, workspace_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    target = WorkspaceFileTarget([str(workspace_file)])
    with DagsterInstance.local_temp() as instance, WorkspaceProcessContext(instance, target) as process:
        workspace = process.create_request_context()
        errors = {
            entry.origin.location_name: entry.load_error
            for entry in workspace.get_code_location_entries().values()
        }
        labels = {
            location.name: [repository.handle.get_remote_origin().get_label() for repository in repositories]
            for location in workspace.code_locations
            if (repositories := location.get_repositories().values())
        }
        graph = workspace.asset_graph

        owners = {
            key.to_user_string(): {
                node.handle.location_name for node in graph.get(key).repo_scoped_asset_infos
            }
            for key in graph.materializable_asset_keys
        }

    assert errors == {"causeloop": None, "theirs": None}
    assert labels == {"causeloop": [OWN_LABEL], "theirs": ["__repository__@theirs"]}
    assert owners["patterns"] == owners["recommendations"] == {"theirs"}
    assert owners["causeloop/patterns"] == owners["causeloop/recommendations"] == {"causeloop"}
    assert {name for name, locations in owners.items() if len(locations) > 1} == set()
    sets = {
        getattr(definition, "name", None)
        for key in graph.materializable_asset_keys
        if (definition := graph.get(key).partitions_def)
    }
    assert sets == {"workspace", "causeloop_workspace"}
