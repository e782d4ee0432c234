"""What the product uses of dbt's private parts stands in one file, and is there in this version."""

import ast
import importlib
import inspect
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from dbt.adapters.base.connections import BaseConnectionManager
from dbt.adapters.base.impl import BaseAdapter
from dbt.adapters.postgres.connections import PostgresConnectionManager
from dbt.adapters.postgres.impl import PostgresAdapter
from dbt.cli import requires
from dbt.constants import PARTIAL_PARSE_FILE_NAME
from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import template_cache

from causeloop_pipeline.storage.dbt.internals import (
    CALLED_BY_DBT,
    IMPORTED_BY_BUILDS,
    SUPPORTED_VERSIONS,
    KeptConnections,
    compile_macros,
    keep_connections,
    read_manifest,
)
from causeloop_pipeline.storage.dbt.runner import RUN_MODELS, Normalizer

ROOT = Path(__file__).resolve().parents[3]
FENCE = ROOT / "causeloop_pipeline" / "storage" / "dbt" / "internals.py"
PUBLIC = {"dbt.cli.main", "dbt.cli.main.dbtRunner", "dbt.adapters.postgres"}
"""https://docs.getdbt.com/reference/programmatic-invocations, and the adapter that a profile names."""


def list_private_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            names = [node.value]
        for name in names:
            is_of_dbt = name.startswith(("dbt.", "dbt_common.", "dbt_extractor.", "dbt_semantic_interfaces."))
            if is_of_dbt and name not in PUBLIC:
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {name}"


def test_nothing_else_uses_private_parts_of_dbt() -> None:
    files = [
        path
        for package in ("causeloop_pipeline", "api", "bench")
        for path in (ROOT / package).rglob("*.py")
        if path != FENCE
    ]
    assert len(files) > 1_000
    assert [line for path in files for line in list_private_imports(path)] == []
    assert len(list(list_private_imports(FENCE))) >= 4


@pytest.mark.parametrize("package", SUPPORTED_VERSIONS)
def test_the_minor_version_is_one_whose_private_parts_were_read(package: str) -> None:
    assert version(package).rsplit(".", 1)[0] == SUPPORTED_VERSIONS[package], (
        f"read what {FENCE.name} uses of {package} {version(package)}, measure again, and name the "
        "version in SUPPORTED_VERSIONS"
    )


@pytest.mark.parametrize("package", SUPPORTED_VERSIONS)
def test_no_later_minor_version_is_installed_before(package: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    dependencies = project["optional-dependencies"]["server"]
    major, minor = map(int, SUPPORTED_VERSIONS[package].split("."))
    assert f"{package}>={major}.{minor},<{major}.{minor + 1}" in dependencies


def test_the_methods_of_connections_that_are_overridden_or_called_are_there() -> None:
    assert list(inspect.signature(BaseConnectionManager.release).parameters) == ["self"]
    assert list(inspect.signature(BaseConnectionManager.get_if_exists).parameters) == ["self"]
    assert list(inspect.signature(BaseConnectionManager._rollback).parameters) == ["connection"]
    assert issubclass(KeptConnections, PostgresConnectionManager)
    assert "self.close(connection)" in inspect.getsource(BaseConnectionManager.cleanup_all)


def test_an_adapter_makes_its_connections_by_the_class_that_is_replaced() -> None:
    assert "self.connections = self.ConnectionManager(" in inspect.getsource(BaseAdapter.__init__)
    keep_connections()
    assert PostgresAdapter.ConnectionManager is KeptConnections


def test_dbt_stores_a_manifest_that_can_be_read_and_takes_one_that_was() -> None:
    assert PARTIAL_PARSE_FILE_NAME == "partial_parse.msgpack"
    assert Manifest.from_msgpack(Manifest().to_msgpack()).nodes == {}
    assert list(inspect.signature(Manifest.build_flat_graph).parameters) == ["self"]
    assert 'ctx.obj.get("manifest") is None' in inspect.getsource(requires.setup_manifest)


def test_the_modules_that_builds_import_are_there() -> None:
    assert [importlib.import_module(name).__name__ for name in IMPORTED_BY_BUILDS] == [*IMPORTED_BY_BUILDS]


def test_the_macros_that_dbt_calls_are_there_and_dbt_finds_them_compiled(tmp_path: Path) -> None:
    manifest = read_manifest(
        Normalizer(None, target_dir=tmp_path / "target").parse().with_name(PARTIAL_PARSE_FILE_NAME)
    )
    called = [macro for macro in manifest.macros.values() if macro.name in CALLED_BY_DBT]
    assert {macro.name for macro in called} == set(CALLED_BY_DBT)

    template_cache.clear()
    compile_macros(manifest, RUN_MODELS)
    assert [macro.name for macro in called if macro.macro_sql not in template_cache.file_cache] == []
