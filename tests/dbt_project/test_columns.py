"""dbt cannot import the model: the columns that its project lists are the fields of an issue there."""

from pathlib import Path
from typing import Any

import yaml

from causeloop_pipeline.model.issue import TEXT_FIELDS, TIME_FIELDS
from causeloop_pipeline.settings import DBT_PROJECT_DIR
from causeloop_pipeline.storage.raw.mapped_records import READ


def list_columns(file: Path, model: str) -> list[str]:
    """The columns that a model declares."""
    models: list[dict[str, Any]] = yaml.safe_load(file.read_text())["models"]
    return [column["name"] for entry in models if entry["name"] == model for column in entry["columns"]]


def test_the_mart_has_every_field_of_an_issue() -> None:
    columns = list_columns(DBT_PROJECT_DIR / "models" / "marts" / "_marts.yml", "issue")

    assert {*TEXT_FIELDS, *TIME_FIELDS} - {*columns} == set()


def test_the_staging_models_have_every_column_that_mappings_fill() -> None:
    file = DBT_PROJECT_DIR / "models" / "staging" / "_staging.yml"
    columns = {*list_columns(file, "stg_issues"), *list_columns(file, "stg_changes")}

    assert {*READ} - columns == set()
