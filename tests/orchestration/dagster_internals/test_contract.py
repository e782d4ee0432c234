"""What the product uses of Dagster's private parts stands in one package, and is there in this version."""

import ast
import importlib
import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pytest
from dagster import QueuedRunCoordinator
from dagster._core.execution.context.data_version_cache import DataVersionCache
from dagster._daemon import controller, sensor
from dagster._grpc import server
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)

from causeloop_pipeline.orchestration import dagster_internals
from causeloop_pipeline.orchestration.dagster_internals import SUPPORTED_VERSIONS, daemon

ROOT = Path(__file__).resolve().parents[3]
FENCE = ROOT / "causeloop_pipeline" / "orchestration" / "dagster_internals"
PRIVATE = re.compile(r"\._[a-z]")
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.iter_modules(dagster_internals.__path__, f"{dagster_internals.__name__}.")
]


def list_private_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            names = [node.value]
        for name in names:
            if name.startswith("dagster") and PRIVATE.search(name):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {name}"


def test_nothing_else_uses_private_parts_of_dagster() -> None:
    files = [
        path
        for package in ("causeloop_pipeline", "api", "bench")
        for path in (ROOT / package).rglob("*.py")
        if FENCE not in path.parents
    ]
    assert len(files) > 1_000
    assert [line for path in files for line in list_private_imports(path)] == []
    assert sum(len(list(list_private_imports(path))) for path in FENCE.glob("*.py")) > 10


@pytest.mark.parametrize("package", SUPPORTED_VERSIONS)
def test_the_minor_version_is_one_whose_private_parts_were_read(package: str) -> None:
    assert version(package).rsplit(".", 1)[0] == SUPPORTED_VERSIONS[package], (
        f"read what dagster_internals/ uses of {package} {version(package)}, measure again what it buys, and "
        "name the version in SUPPORTED_VERSIONS"
    )


@pytest.mark.parametrize("package", SUPPORTED_VERSIONS)
def test_no_later_minor_version_is_installed_before(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dependencies = project["optional-dependencies"]["server"]
    major, minor = map(int, SUPPORTED_VERSIONS[package].split("."))
    assert f"{package}>={major}.{minor},<{major}.{minor + 1}" in dependencies


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_each_file_says_what_it_buys(module: ModuleType) -> None:
    assert "Buys: " in (module.__doc__ or "")


def test_what_is_overridden_is_there() -> None:
    overridden = {
        f"{cls.__name__}.{name}": any(hasattr(base, name) for base in cls.__bases__)
        for module in MODULES
        for cls in vars(module).values()
        if inspect.isclass(cls) and cls.__module__ == module.__name__
        for name, member in vars(cls).items()
        if inspect.isfunction(member)
    }
    assert len(overridden) >= 9
    assert [name for name, is_there in overridden.items() if not is_there] == []


def test_what_is_replaced_is_there_and_used() -> None:
    assert sensor.MIN_INTERVAL_LOOP_TIME >= daemon.SECONDS_BETWEEN_LOOKS
    assert "MIN_INTERVAL_LOOP_TIME - loop_duration" in inspect.getsource(sensor)
    assert "QueuedRunCoordinatorDaemon(" in inspect.getsource(controller)
    assert "DagsterDaemonController(" in inspect.getsource(controller)
    assert list(inspect.signature(QueuedRunCoordinator.submit_run).parameters) == ["self", "context"]
    assert '_mp_ctx = multiprocessing.get_context("spawn")' in inspect.getsource(server)
    assert "self._mp_ctx.Process(" in inspect.getsource(server)
    fetch = DataVersionCache.fetch_external_input_asset_version_info
    assert list(inspect.signature(fetch).parameters) == ["self"]


def test_a_storage_still_consists_of_three_with_an_engine_each() -> None:
    source = inspect.getsource(DagsterPostgresStorage)
    for part in ("_run_storage", "_event_log_storage", "_schedule_storage"):
        assert f"self.{part} = " in source
    for storage in (PostgresRunStorage, PostgresEventLogStorage, PostgresScheduleStorage):
        assert "self._engine = create_pg_engine(" in inspect.getsource(storage)
