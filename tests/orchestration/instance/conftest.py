"""Dagster's storage on the tests' PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.instance.pooled_storage import PooledPostgresStorage
from causeloop_pipeline.settings import ROOT
from tests.conftest import Installation


@pytest.fixture
def url(installation: Installation) -> str:
    return installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)


@pytest.fixture
def storage(url: str) -> Iterator[PooledPostgresStorage]:
    storage = PooledPostgresStorage(url)
    yield storage
    storage._run_storage._engine.dispose()


@pytest.fixture
def stored(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DagsterInstance]:
    """Dagster as deployments configure it."""
    monkeypatch.setenv("CAUSELOOP_DAGSTER_STORAGE_URL", url)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    shutil.copy(ROOT / "deploy" / "dagster.yaml", tmp_path / "dagster.yaml")
    with DagsterInstance.get() as instance:
        yield instance
