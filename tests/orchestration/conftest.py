"""A Dagster instance and the product's own definitions over the session's real PostgreSQL."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.asset_selection import product_key
from causeloop_pipeline.orchestration.partitions import tag_range
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.partitions import PARTITIONS, add_partitions
from tests.support.normalizing import normalizer

Run = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture(scope="session")
def definitions(installation: Installation) -> dg.Definitions:
    """The product's definitions, its views built."""
    normalizer(installation.pipeline_url)
    from causeloop_pipeline.definitions import defs

    return defs


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    """An instance of its own for each test."""
    with DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


@pytest.fixture
def resources(installation: Installation) -> Resources:
    """What assets and sensors reach the database with."""
    return Resources()


@pytest.fixture(scope="session")
def resolve_job(definitions: dg.Definitions) -> Callable[[dg.AssetKey], dg.JobDefinition]:
    """The job of an asset and all that follows from it; resolved once for each asset."""

    @cache
    def resolve(key: dg.AssetKey) -> dg.JobDefinition:
        job = dg.define_asset_job("part", dg.AssetSelection.assets(key).downstream())
        return dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("part")

    return resolve


@pytest.fixture
def run(
    resolve_job: Callable[[dg.AssetKey], dg.JobDefinition], instance: DagsterInstance, database: Database
) -> Run:
    """Run assets for workspaces, as a run of Dagster's own job would."""

    def execute(
        workspace_ids: Sequence[UUID],
        first: str | Sequence[str] = ("core", "issue"),
        tags: dict[str, str] | None = None,
        **options: Any,
    ) -> dg.ExecuteInProcessResult:
        keys = add_partitions(instance, database, *workspace_ids)
        ranged = tag_range(instance.get_dynamic_partitions(PARTITIONS), set(keys))
        key = product_key(first) if isinstance(first, str) else product_key(*first)
        return resolve_job(key).execute_in_process(
            instance=instance, tags={**ranged, **(tags or {})}, raise_on_error=False, **options
        )

    return execute
