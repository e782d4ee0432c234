"""Writes the generated files of the dbt project: the staging models of each tool."""

from collections.abc import Iterator
from pathlib import Path

from causeloop_pipeline.connectors.mapping.staging_model import change_model, issue_model
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.settings import DBT_PROJECT_DIR

STAGING_DIR = DBT_PROJECT_DIR / "models" / "staging"


def staging_models() -> Iterator[tuple[Path, str]]:
    """Every generated model: its path and its SQL."""
    for connector in CONNECTORS.values():
        defaults = _config_defaults(connector)
        if connector.issues:
            yield _model_path(connector, "issues"), issue_model(connector.name, connector.issues, defaults)
        if connector.changes:
            yield _model_path(connector, "changes"), change_model(connector.name, connector.changes, defaults)


def write_staging_models() -> list[Path]:
    """Write every generated model whose file differs; the paths written."""
    written = []
    for path, sql in staging_models():
        if not path.exists() or path.read_text() != sql:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(sql)
            written.append(path)
    return written


def _model_path(connector: Connector, what: str) -> Path:
    return STAGING_DIR / f"stg_{connector.name}__{what}.sql"


def _config_defaults(connector: Connector) -> dict[str, str]:
    return {entry.name: str(entry.default) for entry in connector.fields if entry.default is not None}
