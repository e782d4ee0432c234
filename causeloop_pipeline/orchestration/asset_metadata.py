"""Metadata on an asset's page: its table, its code, its freshness policy and its triggers."""

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import LANDING
from causeloop_pipeline.settings import DBT_PROJECT_DIR, PACKAGE

if TYPE_CHECKING:
    from causeloop_pipeline.stages.installation import Installation
    from causeloop_pipeline.storage.app.stage_levels import Levels
    from causeloop_pipeline.storage.database.table_catalog import Column

# Dagster announces code references as a beta feature.
warnings.filterwarnings("ignore", category=dg.BetaWarning, message=".*CodeReference.*")

MAX_AGE_HOURS, WARN_AGE_HOURS = 26.0, 25.0
FRESHNESS = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(hours=MAX_AGE_HOURS), warn_window=timedelta(hours=WARN_AGE_HOURS)
)
"""For the whole asset; the check `every_workspace_is_fresh` covers each workspace."""

STAGE_TABLES = {
    "fingerprints": "detect.fingerprint",
    "patterns": "detect.pattern",
    "clusters": "detect.cluster",
    "predictions": "predict.prediction",
    "alerts": "notify.alert_state",
    "outcomes": "predict.outcome",
    "proofs": "act.proof",
    "recommendations": "act.recommendation",
}
"""The table that each stage writes; `risk` sets a column of issues and patterns."""
LANDING_TABLE = "raw.record"

COLUMN_SCHEMA, ROW_COUNT = "dagster/column_schema", "dagster/row_count"
RELATION, CODE_REFERENCES = "dagster/relation_identifier", "dagster/code_references"
STARTED_BY_POLL = "the sensor `due_connectors` when a connector of the tool is due"
STARTED_BY_LOOP = (
    "the sensors `due_connectors` (after a poll), `arrived_events` (up to the patterns, within seconds of "
    "new records), `grouped_issues` (from the patterns on) and `recompute_requests` (when a person asks for "
    "it), and by the schedule `nightly` at 02:00 UTC"
)
NO_CONDITION = (
    "There is no automation condition on purpose: one run covers all workspaces that need it, where a "
    "condition would be evaluated for every partition."
)


def explain_automation(description: str, started_by: str) -> str:
    """An asset's description, with what triggers it."""
    return f"{description}\n\n**Automation.** Started by {started_by}. {NO_CONDITION}"


def reference_files(files: Mapping[str, Path]) -> dict[str, Any]:
    """Links to an asset's code: label → file."""
    references: list[dg.LocalFileCodeReference | dg.UrlCodeReference] = [
        dg.LocalFileCodeReference(file_path=str(path), label=label) for label, path in files.items()
    ]
    return {CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=references)}


def describe_stage(load: Callable[..., Any], stage: str) -> dict[str, Any]:
    """The metadata of a stage's asset: its code, and the table that it writes."""
    files = {"asset": Path(inspect.getfile(load)), "stage": PACKAGE / "stages" / f"{stage}.py"}
    table = STAGE_TABLES.get(stage)
    return {**reference_files(files), **({RELATION: table} if table else {})}


def describe_model(node: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a dbt model or seed, from the manifest: its code, its relation and its columns."""
    files = {"dbt": DBT_PROJECT_DIR / node["original_file_path"]}
    columns = [
        dg.TableColumn(
            name, type=column.get("data_type") or "", description=column.get("description") or None
        )
        for name, column in node.get("columns", {}).items()
    ]
    schema = {COLUMN_SCHEMA: dg.TableSchema(columns)} if columns else {}
    relation = f"{node['schema']}.{node.get('alias') or node['name']}"
    return {**reference_files(files), RELATION: relation, **schema}


def read_workspace_levels(
    installation: "Installation", key: dg.AssetKey, stage: str, workspace_ids: Sequence[UUID]
) -> "dict[UUID, Levels]":
    """The current levels of each workspace, which an asset's page plots over time.

    In: the asset, and the name of its stage, or of its tool where it is a landing.
    """
    from causeloop_pipeline.storage.app.stage_levels import read_connector_levels, read_levels

    read = read_connector_levels if key.path[1] == LANDING else read_levels
    with installation.database.workspaces(workspace_ids) as session:
        return read(session, stage, workspace_ids)


def read_table_metadata(
    installation: "Installation", table: str, descriptions: Mapping[str, str | None] | None = None
) -> dict[str, dg.MetadataValue]:
    """The columns and the number of rows that a table has now, in all workspaces."""
    from causeloop_pipeline.storage.database.table_catalog import count_rows, read_columns

    with installation.database.every_workspace() as session:
        columns, rows = read_columns(session, table), count_rows(session, table)
    return {COLUMN_SCHEMA: _describe_columns(columns, descriptions), ROW_COUNT: dg.MetadataValue.int(rows)}


def read_landing_metadata(installation: "Installation", source: str) -> dict[str, dg.MetadataValue]:
    """The columns of the table of all records, and how many of them are of one tool."""
    from causeloop_pipeline.storage.database.table_catalog import read_columns
    from causeloop_pipeline.storage.raw.record_counts import MAX_COUNTED_RECORDS, count_records

    with installation.database.every_workspace() as session:
        columns, rows = read_columns(session, LANDING_TABLE), count_records(session, source)
    count: dict[str, dg.MetadataValue] = (
        {"records": dg.MetadataValue.text(f"more than {MAX_COUNTED_RECORDS:,}")}
        if rows is None
        else {ROW_COUNT: dg.MetadataValue.int(rows)}
    )
    return {COLUMN_SCHEMA: _describe_columns(columns), **count}


def _describe_columns(
    columns: "Sequence[Column]", descriptions: Mapping[str, str | None] | None = None
) -> dg.TableSchemaMetadataValue:
    return dg.MetadataValue.table_schema(
        dg.TableSchema(
            [
                dg.TableColumn(
                    column.name,
                    type=column.type,
                    description=(descriptions or {}).get(column.name) or column.comment,
                    constraints=dg.TableColumnConstraints(nullable=column.is_nullable),
                )
                for column in columns
            ]
        )
    )


def read_column_descriptions(metadata: Mapping[str, Any]) -> dict[str, str | None]:
    """The columns' descriptions that an asset declares."""
    declared = metadata.get(COLUMN_SCHEMA)
    schema = declared.value if isinstance(declared, dg.TableSchemaMetadataValue) else declared
    columns: Sequence[dg.TableColumn] = schema.columns if isinstance(schema, dg.TableSchema) else ()
    return {column.name: column.description for column in columns}
