"""An installation that is migrated, its dbt project parsed and its views built: made once, then copied."""

import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from causeloop_pipeline.settings import Settings, temporary_variables
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir, remove_server, stop_server

PREPARE = """
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.embedded.installation import prepare_database

prepare_database(settings().state_dir, settings().postgres_bin_dir)
Normalizer(settings().require("pipeline_database_url")).build_views()
"""
DATABASE_URLS = tuple(
    f"CAUSELOOP_{name}DATABASE_URL" for name in ("", "PIPELINE_", "DBT_", "API_", "DAGSTER_")
)
COPIED_FILES = ("postgres/superuser.password", "dbt")


def copy_prepared(factory: pytest.TempPathFactory, state_dir: Path) -> None:
    """Fill a state folder with what a first start makes before there is a tenant; nothing runs in it yet."""
    prepared = _find_shared_folder(factory) / "prepared"
    with prepared.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not prepared.exists():
            _prepare(factory.mktemp("to-prepare"), prepared)
    _copy(prepared, prepared / "data", state_dir, find_data_dir(state_dir / "postgres"))


def _find_shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder that the workers of this session share; of a session without workers its own."""
    own = factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own


def _prepare(state_dir: Path, prepared: Path) -> None:
    with temporary_variables({**dict.fromkeys(DATABASE_URLS, ""), "CAUSELOOP_STATE_DIR": str(state_dir)}):
        subprocess.run([sys.executable, "-c", PREPARE], check=True)  # leaves no settings in this process
    stop_server(state_dir / "postgres", Settings().postgres_bin_dir)
    unfinished = prepared.with_suffix(".unfinished")
    _copy(state_dir, find_data_dir(state_dir / "postgres"), unfinished, unfinished / "data")
    remove_server(state_dir / "postgres", Settings().postgres_bin_dir)
    unfinished.rename(prepared)


def _copy(state_dir: Path, data: Path, to_state_dir: Path, to_data: Path) -> None:
    """Copy with the owners, which PostgreSQL insists on, and the times, by which dbt's files are compared."""
    for name in COPIED_FILES:
        (to_state_dir / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", "-T", state_dir / name, to_state_dir / name], check=True)
    subprocess.run(["cp", "-a", "-T", data, to_data], check=True)
