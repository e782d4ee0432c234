"""Dagster's storage on the tests' PostgreSQL."""

from collections.abc import Iterator

import pytest

from causeloop_pipeline.orchestration.instance.pooled_storage import PooledPostgresStorage
from tests.conftest import Installation


@pytest.fixture
def url(installation: Installation) -> str:
    return installation.dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1)


@pytest.fixture
def storage(url: str) -> Iterator[PooledPostgresStorage]:
    storage = PooledPostgresStorage(url)
    yield storage
    storage._run_storage._engine.dispose()
