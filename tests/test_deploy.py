"""Dagster, systemd and the product accept the configuration files of deploy/."""

import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
import yaml
from dagster._config import validate_config
from dagster._core.instance.config import dagster_instance_config_schema
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.commands.up import build_dagster_environment
from causeloop_pipeline.settings import (
    PROCESS_VARIABLE,
    ROOT,
    Settings,
    list_foreign_variables,
    settings,
)
from causeloop_pipeline.storage.database.migrate import COMMIT_OF_BASELINE, read_head_revision
from tests.conftest import Installation
from tests.deploy.test_containers import SCHEMA_TOOLS
from tests.storage.own_installation import own_installation

DEPLOY = ROOT / "deploy"
LAUNCHERS = ("celery", "helm/causeloop/files")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVER_VARIABLES = {"FORWARDED_ALLOW_IPS"}
"""What uvicorn itself reads."""

CELERY_VARIABLES = {"CAUSELOOP_CELERY_BROKER_URL", "CAUSELOOP_CELERY_BACKEND_URL"}
OPTIONAL = {"celery"}
"""Programs of packages that only such a deployment installs."""


def configuration(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("name", ["dagster.yaml", *(f"{name}/dagster.yaml" for name in LAUNCHERS)])
def test_dagsters_own_check_accepts_the_instance(name: str) -> None:
    accepted = validate_config(dagster_instance_config_schema(), configuration(DEPLOY / name))

    assert accepted.success, accepted.errors


@pytest.mark.parametrize("name", LAUNCHERS)
def test_only_the_launcher_differs_between_the_deployments(name: str) -> None:
    one_machine, many = configuration(DEPLOY / "dagster.yaml"), configuration(DEPLOY / name / "dagster.yaml")

    assert many.pop("run_launcher") != one_machine.pop("run_launcher")
    assert many == one_machine


@pytest.mark.parametrize("name", LAUNCHERS)
def test_the_launcher_accepts_its_configuration(name: str) -> None:
    file = DEPLOY / name / "dagster.yaml"
    package = configuration(file)["run_launcher"]["module"].partition(".")[0]
    python = Path(sys.executable) if find_spec(package) else SCHEMA_TOOLS
    if not python.exists():
        pytest.skip(f"{package} is not installed: make manifests")
    command = [str(python), str(ROOT / "tests" / "deploy" / "check_launcher.py"), str(file)]

    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


def unit_settings(unit: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in unit.read_text().splitlines())
    return {name: value for name, equals, value in pairs if equals}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_accepts_a_unit_and_its_program_is_one_of_ours(unit: Path, tmp_path: Path) -> None:
    programs = Path(sys.executable).parent
    program = Path(shlex.split(unit_settings(unit)["ExecStart"])[0])
    assert program.parent == Path("/opt/causeloop/.venv/bin")
    assert (programs / program.name).exists() or program.name in OPTIONAL
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    for other in UNITS:  # they require one another
        text = other.read_text().replace(unit_settings(other)["ExecStart"].split()[0], sys.executable)
        (tmp_path / other.name).write_text(text)

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_environment_of_the_units_is_the_one_that_the_product_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    example = dict(
        line.split("=", 1)
        for line in (DEPLOY / "systemd" / "environment.example").read_text().splitlines()
        if line and not line.startswith("#")
    )
    for name, value in example.items():
        monkeypatch.setenv(name, value)
    dagsters = build_dagster_environment(Settings())

    settings_named = {f"CAUSELOOP_{name.upper()}" for name in Settings.model_fields}
    assert set(example) <= settings_named | set(dagsters) | CELERY_VARIABLES | SERVER_VARIABLES
    assert {name: example[name] for name in dagsters} == dagsters


def test_the_servers_of_the_units_find_one_another() -> None:
    (location,) = configuration(DEPLOY / "systemd" / "workspace.yaml")["load_from"]
    server = location["grpc_server"]
    code = unit_settings(DEPLOY / "systemd" / "causeloop-code.service")

    named = f"--socket {server['socket']} --location-name {server['location_name']}"
    assert named in code["ExecStart"]
    assert Path(server["socket"]).parent == Path("/run") / code["RuntimeDirectory"]
    assert code["RuntimeDirectoryMode"] == "0700"


@pytest.mark.parametrize(
    ("unit", "process"),
    [
        ("api", "api"),
        ("code", "pipeline"),
        ("worker", "pipeline"),
        ("daemon", "dagster"),
        ("webserver", "dagster"),
        ("metrics", "metrics"),
    ],
)
def test_a_unit_sees_only_its_own_secrets(unit: str, process: str) -> None:
    text = (DEPLOY / "systemd" / f"causeloop-{unit}.service").read_text()

    assert f"Environment={PROCESS_VARIABLE}={process}\n" in text
    unset = unit_settings(DEPLOY / "systemd" / f"causeloop-{unit}.service")["UnsetEnvironment"]
    assert set(unset.split()) == list_foreign_variables(process)


def test_migrate_makes_an_external_database_and_the_chosen_instance_ready(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in ("", "PIPELINE_", "API_", "DAGSTER_"):
        url = getattr(installation, f"{role.lower() or 'owner_'}url")
        monkeypatch.setenv(f"CAUSELOOP_{role}DATABASE_URL", url)
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", "")
    monkeypatch.setenv("DAGSTER_HOME", "")
    settings.cache_clear()
    try:
        done = CliRunner().invoke(app, ["migrate"])
    finally:
        monkeypatch.undo()
        settings.cache_clear()

    assert done.exit_code == 0, done.output
    assert done.output.strip() == f"the schema is at {read_head_revision()}, Dagster's instance is ready"
    assert (tmp_path / "dagster" / "dagster.yaml").read_text() == (DEPLOY / "dagster.yaml").read_text()


def test_migrate_says_what_to_do_with_a_database_that_is_too_old(
    installation: Installation, tmp_path: Path
) -> None:
    with own_installation(installation, tmp_path) as own, psycopg.connect(own.owner_url) as owner:
        owner.execute("update app.alembic_version set version_num = '0045'")
        owner.commit()
        with patch(
            "causeloop_pipeline.storage.embedded.installation.external_database_url", return_value="set"
        ):
            refused = CliRunner().invoke(app, ["migrate"])

    assert refused.exit_code == 1
    assert "causeloop migrate: the database is at revision 0045" in refused.stderr
    assert (
        f"install Causeloop of commit {COMMIT_OF_BASELINE}, run its `causeloop migrate` once"
        in refused.stderr
    )


def test_migrate_names_a_file_that_is_not_there() -> None:
    refused = CliRunner().invoke(app, ["migrate", "--dagster-config", "nowhere.yaml"])

    assert refused.exit_code == 2
    assert "nowhere.yaml" in refused.output
