"""What mappings read, and the dbt project: issues and changes are made of new records; views are live."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.orchestration.asset_metadata import (
    COLUMN_SCHEMA,
    RELATION,
    STARTED_BY_LOOP,
    explain_automation,
    read_column_descriptions,
    read_table_metadata,
    read_workspace_levels,
    reference_files,
)
from causeloop_pipeline.orchestration.asset_selection import (
    CHANGE,
    ISSUE,
    MAPPED,
    OCCURRENCE,
    select_landings,
)
from causeloop_pipeline.orchestration.checks import INSTALLATION_CHECKS, check_installation
from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.dbt_manifest import DbtProject, read_manifest
from causeloop_pipeline.orchestration.materializations import (
    WorkspaceReport,
    find_unreported,
    is_reported_by_steps,
    report_asset,
)
from causeloop_pipeline.orchestration.partitions import DBT_POOL, ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.run_scope import (
    StageConfig,
    read_run_partitions,
    read_run_start,
    read_run_workspaces,
)
from causeloop_pipeline.orchestration.stage import exclude_workspace
from causeloop_pipeline.orchestration.stage_report import check_result
from causeloop_pipeline.settings import PACKAGE
from causeloop_pipeline.stages.context import CheckFailedError
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.run_traces import trace_stage

if TYPE_CHECKING:
    from causeloop_pipeline.stages.normalization import Normalization
    from causeloop_pipeline.storage.dbt.report import NormalizationReport

STAGE = "issues"
WRITTEN_TABLES = {MAPPED, ISSUE, OCCURRENCE, CHANGE}
MAPPED_TABLE = dg.AssetSpec(
    MAPPED,
    deps=select_landings(CONNECTORS),
    group_name="normalize",
    description=explain_automation(
        "What the mapping of its connector made of each record, in the tool's own words, or why nothing.",
        STARTED_BY_LOOP,
    ),
    metadata={
        **reference_files({"mapping": PACKAGE / "connectors" / "mapping" / "map_record.py"}),
        RELATION: "raw.mapped_record",
    },
    kinds={"python", "postgres"},
    owners=["team:pipeline"],
    partitions_def=WORKSPACES,
)
CONSERVATION = dg.AssetCheckSpec(
    "conservation",
    asset=ISSUE,
    description="In each workspace what came in is an issue, a change, a version, quarantined or waiting.",
)


def normalization_assets(manifest: Path) -> dg.AssetsDefinition:
    """The assets of the project that a manifest describes."""
    project = read_manifest(manifest)

    @dg.multi_asset(
        name="normalization",
        specs=[MAPPED_TABLE, *project.specs],
        check_specs=[*INSTALLATION_CHECKS, *project.check_specs, CONSERVATION],
        can_subset=True,
        backfill_policy=ONE_RUN,
        pool=DBT_POOL,
    )
    def normalization(
        context: dg.AssetExecutionContext,
        config: StageConfig,
        installation: dg.ResourceParam[Installation],
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        with installation.keep_connection() as connected:
            yield from normalize_and_report(context, connected, project, is_rebuild=config.rebuild)

    return normalization


def normalize_and_report(
    context: dg.AssetExecutionContext, installation: Installation, project: DbtProject, *, is_rebuild: bool
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """Make issues and changes, and report them, what mappings read, the views and the checks."""
    result = None
    specs = (MAPPED_TABLE, *project.specs)
    selected = [spec for spec in specs if spec.key in context.selected_asset_keys]
    views = [spec.key for spec in selected if spec.key not in WRITTEN_TABLES]
    in_scope = _list_partitions_in_scope(context, installation) if views else []
    for spec in selected:
        if spec.key in WRITTEN_TABLES:
            result = result or run_normalization(context, installation, is_rebuild=is_rebuild)
            yield report_table(context, installation, spec, result)
        else:
            yield report_view(context, spec, in_scope)
    yield from check_installation(context, installation)
    if result is not None and result.report is not None:
        yield from _dbt_checks(context, project, result.report)
    if CONSERVATION.key in context.selected_asset_check_keys:
        lossy = exclude_lossy_workspaces(context, installation, result)
        yield check_result(CONSERVATION, lossy, read_run_partitions(context, installation))


def run_normalization(
    context: dg.AssetExecutionContext, installation: Installation, *, is_rebuild: bool = False
) -> "Normalization":
    """Make issues and changes of the pending records of the run's workspaces, or of all their records."""
    from causeloop_pipeline.stages.normalization import normalize

    with retry_on_database_loss():
        workspace_ids = [workspace.workspace_id for workspace in read_run_workspaces(context, installation)]
        with trace_stage(installation, STAGE, context.run_id, workspace_ids):
            result = normalize(installation, context.run_id, workspace_ids, is_rebuild=is_rebuild)
    context.log.info("issues: %s", _describe(result))
    return result


def report_table(
    context: dg.AssetExecutionContext, installation: Installation, spec: dg.AssetSpec, result: "Normalization"
) -> dg.MaterializeResult:
    """Report a table that the run has written: what each workspace holds of it now, and what was done."""
    ids = [workspace.workspace_id for workspace in read_run_workspaces(context, installation)]
    levels = read_workspace_levels(installation, spec.key, spec.key.path[-1], ids)
    partitions = read_run_partitions(context, installation)
    workspaces = {partitions[key]: WorkspaceReport(levels.get(key, {})) for key in ids}
    table = read_table_metadata(
        installation, spec.metadata[RELATION], read_column_descriptions(spec.metadata)
    )
    if is_reported_by_steps(context) and COLUMN_SCHEMA in spec.metadata:
        table.pop(COLUMN_SCHEMA)  # the asset's definition has it
    return report_asset(context, spec.key, workspaces, {**_metadata(spec.key, result), **table})


def report_view(
    context: dg.AssetExecutionContext, spec: dg.AssetSpec, in_scope: Sequence[str]
) -> dg.MaterializeResult:
    """Report a view once for each workspace, by the first run over it: it is live regardless of runs."""
    new = find_unreported(context, spec.key, in_scope) if is_reported_by_steps(context) else []
    workspaces = {partition: WorkspaceReport() for partition in new}
    return report_asset(context, spec.key, workspaces, {"state": spec.metadata["materialized"]})


def _list_partitions_in_scope(context: dg.AssetExecutionContext, installation: Installation) -> list[str]:
    """The partitions of the workspaces that this run works on."""
    with retry_on_database_loss():
        partitions = read_run_partitions(context, installation)
        workspaces = read_run_workspaces(context, installation)
    return [partitions[workspace.workspace_id] for workspace in workspaces]


def exclude_lossy_workspaces(
    context: dg.AssetExecutionContext, installation: Installation, result: "Normalization | None"
) -> dict[UUID, str]:
    """Check that no record was lost, and exclude the workspaces that lost any; returns workspace → reason."""
    as_of, lossy = read_run_start(context), {}
    for workspace in read_run_workspaces(context, installation):
        lost = _count_records(context, installation, workspace.workspace_id, as_of, result)
        if lost:
            lossy[workspace.workspace_id] = lost
            failure = CheckFailedError(CONSERVATION.name, lost)
            exclude_workspace(context, installation, STAGE, workspace, as_of, failure)
    return lossy


def _count_records(
    context: dg.AssetExecutionContext,
    installation: Installation,
    workspace_id: UUID,
    as_of: datetime,
    result: "Normalization | None",
) -> str | None:
    """The lost records in words; without any, the stage is recorded as done."""
    from causeloop_pipeline.stages.normalization import Normalization, find_lost_records
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness

    with installation.database.workspace(workspace_id) as session:
        lost, counts = find_lost_records(session, workspace_id, result or Normalization(is_rebuild=True))
        if not lost:
            record_freshness(session, workspace_id, STAGE, as_of=as_of, run_id=context.run_id, details=counts)
    return lost


def _dbt_checks(
    context: dg.AssetExecutionContext, project: DbtProject, report: "NormalizationReport"
) -> Iterator[dg.AssetCheckResult]:
    specs = {spec.name: spec for spec in project.check_specs}
    for outcome in report.checks:
        spec = specs.get(project.check_names.get(outcome.unique_id, ""))
        if spec is None or spec.key not in context.selected_asset_check_keys:
            continue
        yield dg.AssetCheckResult(
            check_name=spec.name,
            asset_key=spec.asset_key,
            passed=outcome.status == "pass",
            severity=dg.AssetCheckSeverity.WARN,
            description=None if outcome.status == "pass" else outcome.message or None,
            metadata={"failing rows": outcome.failures, "seconds": outcome.seconds},
        )


def _describe(result: "Normalization") -> str:
    """A dbt run in words, for the run's log."""
    if result.report is None:
        return "no record waits"
    records = ", ".join(f"{count} of {source}" for source, count in result.claimed.items())
    written = ", ".join(f"{model.rows} {model.name}s" for model in result.report.models)
    return f"records read: {records or 'all that are stored'}; rows written: {written}"


def _metadata(key: dg.AssetKey, result: "Normalization") -> dict[str, dg.MetadataValue]:
    table = key.path[-1]
    models = [model for model in result.report.models if model.name == table] if result.report else []
    timings = [
        dg.TableRecord({"model": model.name, "rows": model.rows, "seconds": model.seconds})
        for model in models
    ]
    sources = [
        dg.TableRecord({"source": source, "records": count}) for source, count in result.claimed.items()
    ]
    tables = {"models": timings, "records by source": sources}
    read = {"records read": dg.MetadataValue.int(result.read)} if key == MAPPED else {}
    return {
        **read,
        **{name: dg.MetadataValue.table(rows) for name, rows in tables.items() if rows},
    }
