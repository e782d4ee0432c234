"""The dbt project as assets: issues and changes are made of what arrived, the views before always live."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import CHANGE, ISSUE
from causeloop_pipeline.orchestration.dbt_manifest import DbtProject, read_manifest
from causeloop_pipeline.orchestration.partitions import ONE_RUN
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_scope import in_scope, started_at
from causeloop_pipeline.orchestration.stage import CheckFailedError, take_out, warning

if TYPE_CHECKING:
    from causeloop_pipeline.storage.dbt.report import NormalizationReport

DBT_POOL = "dbt"
STAGE = "issues"
MADE = {ISSUE, CHANGE}
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
        specs=list(project.specs),
        check_specs=[*project.check_specs, CONSERVATION],
        can_subset=True,
        backfill_policy=ONE_RUN,
        pool=DBT_POOL,
    )
    def normalization(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        made = None
        for spec in project.specs:
            if spec.key not in context.selected_asset_keys:
                continue
            if spec.key in MADE:
                made = made or normalize(context, installation)
                yield dg.MaterializeResult(asset_key=spec.key, metadata=_metadata(spec.key, *made))
            else:
                yield dg.MaterializeResult(
                    asset_key=spec.key, metadata={"state": spec.metadata["materialized"]}
                )
        if made is not None and made[1] is not None:
            yield from _dbt_checks(context, project, made[1])
        if CONSERVATION.key in context.selected_asset_check_keys:
            yield warning(CONSERVATION, unbalanced(context, installation))

    return normalization


def normalize(
    context: dg.AssetExecutionContext, installation: Installation
) -> "tuple[Mapping[str, int], NormalizationReport | None]":
    """Claim what waits, make issues and changes of it in one dbt run for all, and strike it off."""
    from causeloop_pipeline.storage.app.recompute_requests import EVERYTHING, kinds_claimed
    from causeloop_pipeline.storage.raw.pending_records import claim_arrivals, finish_arrivals

    ids = [workspace.workspace_id for workspace in in_scope(context, installation)]
    with installation.database.workspaces(ids) as session:
        claimed = claim_arrivals(session, context.run_id, ids)
        rebuild = any(EVERYTHING in kinds_claimed(session, context.run_id, one) for one in ids)
    if not claimed and not rebuild:
        return claimed, None
    report = installation.normalizer.normalize(
        context.run_id, [] if rebuild else list(claimed), rebuild=rebuild
    )
    with installation.database.workspaces(ids) as session:
        finish_arrivals(session, context.run_id, ids)
    return claimed, report


def unbalanced(context: dg.AssetExecutionContext, installation: Installation) -> dict[UUID, str]:
    """Count every workspace's records; one that lost any is taken out of the run."""
    as_of, failed = started_at(context), {}
    for workspace in in_scope(context, installation):
        lost = _lost(context, installation, workspace.workspace_id, as_of)
        if lost:
            failed[workspace.workspace_id] = lost
            failure = CheckFailedError(CONSERVATION.name, lost)
            take_out(context, installation, STAGE, workspace.workspace_id, as_of, failure)
    return failed


def _lost(
    context: dg.AssetExecutionContext, installation: Installation, workspace_id: UUID, as_of: datetime
) -> str | None:
    from causeloop_pipeline.storage.app.stage_freshness import record_freshness
    from causeloop_pipeline.storage.raw.conservation import balance

    with installation.database.workspace(workspace_id) as session:
        sources = balance(session, workspace_id)
        lost = [f"{one.lost} of {one.records} records of {one.source}" for one in sources if not one.balanced]
        if not lost:
            counts = {
                "records": sum(one.records for one in sources),
                "issues": sum(one.issues for one in sources),
            }
            record_freshness(session, workspace_id, STAGE, as_of=as_of, run_id=context.run_id, details=counts)
    return f"{', '.join(lost)} are neither issues nor changes nor quarantined nor waiting" if lost else None


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
            metadata={"failing rows": outcome.failures, "seconds": outcome.seconds},
        )


def _metadata(
    key: dg.AssetKey, claimed: Mapping[str, int], report: "NormalizationReport | None"
) -> dict[str, dg.MetadataValue]:
    name = key.path[-1]
    models = [one for one in report.models if one.name == name] if report else []
    timings = [
        dg.TableRecord({"model": one.name, "rows": one.rows, "seconds": one.seconds}) for one in models
    ]
    sources = [dg.TableRecord({"source": name, "records": count}) for name, count in claimed.items()]
    tables = {"models": timings, "records by source": sources}
    return {
        "records": dg.MetadataValue.int(sum(claimed.values())),
        f"{name}s written": dg.MetadataValue.int(sum(one.rows for one in models)),
        **{name: dg.MetadataValue.table(rows) for name, rows in tables.items() if rows},
    }
