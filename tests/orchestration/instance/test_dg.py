"""Dagster's project command reads the project, in an environment of its own that `make` builds and keeps."""

import json
import os
import subprocess

import dagster as dg
import pytest

from causeloop_pipeline.settings import ROOT
from tests.conftest import Installation

DG = ROOT / ".venv" / "dg" / "bin" / "dg"
UNREACHABLE = ("dns error", "error sending request", "failed to fetch", "connection refused", "timed out")


@pytest.fixture(scope="module")
def run_dg(
    installation: Installation, definitions: dg.Definitions, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment in which the installed command runs; builds it where it is absent or old."""
    if not (ROOT / ".venv" / "bin" / "uv").exists():
        pytest.skip("this environment was not made by `make`: .venv/bin/uv is absent")
    built = subprocess.run(
        ["make", ".venv/dg/installed"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if built.returncode and any(word in built.stderr.lower() for word in UNREACHABLE):
        pytest.skip(f"the package index cannot be reached, so dg is not installed: {built.stderr[-300:]}")
    assert built.returncode == 0, built.stderr
    home = tmp_path_factory.mktemp("dagster_home")
    home.joinpath("dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return {**os.environ, "CAUSELOOP_STATE_DIR": str(installation.state_dir), "DAGSTER_HOME": str(home)}


def call(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DG), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_dg_finds_the_definitions_without_a_defect(run_dg: dict[str, str]) -> None:
    checked = call(run_dg, "check", "defs")

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "All definitions loaded successfully" in checked.stdout + checked.stderr


def test_dg_lists_every_asset_by_its_full_key(run_dg: dict[str, str], definitions: dg.Definitions) -> None:
    listed = call(run_dg, "list", "defs", "--json")

    assert listed.returncode == 0, listed.stdout + listed.stderr
    keys = {asset["asset_key"] for asset in json.loads(listed.stdout)["assets"]}
    graph = definitions.resolve_asset_graph()
    assert {key.to_user_string() for key in graph.materializable_asset_keys} <= keys
