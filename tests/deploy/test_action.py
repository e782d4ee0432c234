"""The GitHub Action does what its steps say, on a runner's variables and against a simulated GitHub."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from causeloop_pipeline.settings import ROOT
from tests.cli.audit.simulated_history import SECRET, TIMES, serve_history

FOLDER = ROOT / "deploy" / "action"
ACTION = yaml.safe_load((FOLDER / "action.yml").read_text())
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"] if "name" in step}
SHIM = """#!{bash}
echo "$@" >> {log}
if [ "$2" = venv ]; then
    mkdir --parents "$3/bin"
    cp {shim} "$3/bin/python"
    ln --symbolic {causeloop} "$3/bin/"
fi
"""


@pytest.fixture
def runner(tmp_path: Path) -> dict[str, str]:
    """The variables of a runner whose `python` writes down what it is called with."""
    programs, shim = tmp_path / "programs", tmp_path / "programs" / "python"
    programs.mkdir()
    shim.write_text(
        SHIM.format(
            bash="/bin/bash",
            log=tmp_path / "calls",
            shim=shim,
            causeloop=Path(sys.executable).parent / "causeloop",
        )
    )
    shim.chmod(0o755)
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(FOLDER),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }


def run_step(name: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A step as a runner runs it: its script by bash, which ends at the first failure."""
    script = Path(variables["RUNNER_TEMP"]) / f"{name}.sh"
    script.write_text(STEPS[name]["run"])
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def fill_inputs(name: str, **contexts: str) -> dict[str, str]:
    """The environment of a step with its inputs' defaults."""
    defaults = {key: str(entry["default"]) for key, entry in ACTION["inputs"].items()}
    filled = {}
    for variable, template in STEPS[name]["env"].items():
        value = defaults[template.removeprefix("${{ inputs.").removesuffix(" }}")]
        filled[variable] = contexts.get(value, value)
    return filled


def test_the_steps_install_this_version_and_write_the_summary_of_the_job(runner: dict[str, str]) -> None:
    temporary = Path(runner["RUNNER_TEMP"])
    installed = run_step("Install", runner)
    assert installed.returncode == 0, installed.stderr
    package = Path((temporary / "calls").read_text().split()[-1]).resolve()
    assert 'name = "causeloop"' in (package / "pyproject.toml").read_text()

    with serve_history("github", datetime.now(UTC)) as server:
        inputs = fill_inputs(
            "Audit", **{"${{ github.token }}": SECRET, "${{ github.repository }}": "acme/shop"}
        )
        variables = {"GITHUB_API_URL": server.url, "CAUSELOOP_EGRESS_ALLOW": f"127.0.0.1:{server.port}"}
        audited = run_step("Audit", {**runner, **inputs, **variables})

    assert audited.returncode == 0, audited.stderr
    summary = (temporary / "summary.md").read_text()
    assert "What came back: GitHub acme/shop" in summary
    assert f"{TIMES} failures" in summary
    page = (temporary / "output").read_text().strip().removeprefix("page=")
    assert Path(page).read_text() == summary
    assert SECRET not in audited.stdout + audited.stderr + summary


def test_no_script_holds_an_expression_that_others_could_fill() -> None:
    assert STEPS
    for step in STEPS.values():
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
