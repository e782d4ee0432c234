"""A run stops where the database has not the schema and the functions of this version."""

from pathlib import Path

import pytest

from causeloop_pipeline.orchestration.checks import MIGRATED, check_schema_version
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.database import sql_functions
from tests.conftest import Installation as OfTests


def test_a_migrated_database_passes(installation: OfTests) -> None:
    assert check_schema_version(MIGRATED, Installation()).passed


def test_functions_of_another_version_do_not_pass(
    installation: OfTests, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sql_functions, "FUNCTIONS", tmp_path)

    assert not check_schema_version(MIGRATED, Installation()).passed
