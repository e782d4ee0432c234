"""The project's models, built once in the session's database."""

from typing import Any

import pytest

from causeloop_pipeline.storage.dbt.runner import Normalizer
from tests.support.normalizing import normalizer


@pytest.fixture(scope="session")
def models(installation: Any) -> Normalizer:
    """Parsed, with all views in place."""
    return normalizer(installation.pipeline_url)
