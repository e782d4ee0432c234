"""A sync of one source pays for that source, whatever the number of connector types."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.manifest_files import RUN_MANIFEST
from causeloop_pipeline.storage.dbt.report import NormalizationError
from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.support.normalizing import issues, land_records, normalize, record


@pytest.fixture
def without_a_view_of_jira(installation: Any, models: Normalizer) -> Iterator[None]:
    """The staging view of another source has gone."""
    with psycopg.connect(installation.pipeline_url, autocommit=True) as connection:
        connection.execute("alter view staging.stg_jira__issues rename to hidden")
        try:
            yield
        finally:
            connection.execute("alter view staging.hidden rename to stg_jira__issues")


@pytest.mark.usefixtures("without_a_view_of_jira")
def test_a_sync_of_one_source_does_not_read_the_models_of_another(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "a", "title": "Disk full"}))
    normalize(database, models, workspace_id, sources=["custom_api"])
    assert issues(database, workspace_id)["a"]["title"] == "Disk full"

    land_records(database, workspace_id, record({"external_id": "b", "title": "Disk full"}))
    with pytest.raises(NormalizationError, match="stg_jira__issues"):
        normalize(database, models, workspace_id, sources=["jira"])


def test_a_run_loads_a_manifest_without_the_texts_of_views(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "a", "title": "Disk full"}))
    normalize(database, models, workspace_id)

    whole = (models.manifest_path.parent / "partial_parse.msgpack").stat().st_size
    assert (models.manifest_path.parent / RUN_MANIFEST).stat().st_size < whole / 2
    assert issues(database, workspace_id)["a"]["title"] == "Disk full"
