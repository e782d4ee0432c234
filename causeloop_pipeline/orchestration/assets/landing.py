"""`landing/<tool>`: an external tool's records, polled connector by connector and stored as received."""

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.connectors.registry import CONNECTORS, FOLDERS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.orchestration.asset_metadata import (
    LANDING_TABLE,
    RELATION,
    STARTED_BY_POLL,
    explain_automation,
    read_landing_metadata,
    read_workspace_levels,
    reference_files,
)
from causeloop_pipeline.orchestration.asset_selection import landing_key
from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.materializations import (
    WorkspaceReport,
    is_reported_by_steps,
    report_asset,
)
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.run_scope import (
    LandingConfig,
    mark_run,
    read_run_partitions,
    read_run_workspaces,
)
from causeloop_pipeline.orchestration.stage_report import list_reasons
from causeloop_pipeline.settings import PACKAGE
from causeloop_pipeline.stages.defects import describe_defect
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.stages.landing import SyncResult

MAX_TABLE_ROWS = 50
UNUSED_TOOLS = "tools_unused"
"""The group of the tools that no workspace had connected when the definitions were loaded."""

COUNTS = ("read", "new", "updated", "duplicate", "quarantined")


def landing_spec(connector: Connector, *, is_connected: bool = True) -> dg.AssetSpec:
    """The landing asset of one tool; those that nobody has connected share a group."""
    return dg.AssetSpec(
        landing_key(connector.name),
        group_name=_name_group(connector.category) if is_connected else UNUSED_TOOLS,
        description=explain_automation(
            f"{connector.title} as received: every version of every record, once.", STARTED_BY_POLL
        ),
        metadata={**reference_files({"connector": connector_file(connector.name)}), RELATION: LANDING_TABLE},
        kinds={"python", "postgres"},
        owners=["team:pipeline"],
        partitions_def=WORKSPACES,
        tags={"causeloop/category": _tag(connector.category)},
    )


def landing_assets(connected: Container[str] | None = None) -> dg.AssetsDefinition:
    """The landing assets of all tools in one definition: one each would double Dagster's start time.

    `connected`: the types in use; None where that is not known. The others run as well: a tool that is
    connected later is polled at once, and joins the group of its category when the code server starts again.
    """

    @dg.multi_asset(
        name="landing",
        specs=[
            landing_spec(connector, is_connected=connected is None or name in connected)
            for name, connector in CONNECTORS.items()
        ],
        check_specs=[answer_check(connector) for connector in CONNECTORS.values()],
        can_subset=True,
        backfill_policy=ONE_RUN,
    )
    def landing(
        context: dg.AssetExecutionContext,
        config: LandingConfig,
        installation: dg.ResourceParam[Installation],
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        selected = context.selected_asset_keys
        chosen = [entry for entry in CONNECTORS.values() if landing_key(entry.name) in selected]
        failures: dict[str, Exception] = {}
        for connector in chosen:
            try:
                yield land_tool(context, installation, connector, is_forced=config.poll_now)
            except dg.RetryRequested:
                raise
            except Exception as failure:
                context.log.error("landing/%s: %s", connector.name, describe_defect(failure))
                failures[connector.name] = failure
        yield from check_without_landing(context, installation)
        if failures:
            raise ExceptionGroup(f"could not be landed: {', '.join(failures)}", list(failures.values()))

    return landing


def answer_check(connector: Connector) -> dg.AssetCheckSpec:
    """The check that warns when connectors of a tool fail."""
    return dg.AssetCheckSpec(
        "connectors_answer",
        asset=landing_key(connector.name),
        description=f"No workspace's connector of {connector.title} has stopped or failed at its last sync.",
    )


def land_tool(
    context: dg.AssetExecutionContext, installation: Installation, connector: Connector, *, is_forced: bool
) -> dg.MaterializeResult:
    """Poll a tool's due connectors, or all of them in the run's workspaces, and store their records."""
    from causeloop_pipeline.stages.landing import sync_due_connectors

    key, spec = landing_key(connector.name), answer_check(connector)
    with retry_on_database_loss():
        scope = {
            workspace.workspace_id: workspace.name for workspace in read_run_workspaces(context, installation)
        }
        results = sync_due_connectors(
            installation,
            connector,
            list(scope),
            context.run_id,
            warn=context.log.warning,
            is_forced=is_forced,
        )
        table = read_landing_metadata(installation, connector.name)
        checks = [check_answers(context, installation, connector, spec)]
        levels = read_workspace_levels(installation, key, connector.name, list(scope))
        partitions = read_run_partitions(context, installation)
    polled = dict.fromkeys(result.connector.workspace_id for result in results)
    workspaces = {
        partitions[workspace_id]: WorkspaceReport(
            levels.get(workspace_id, {}),
            _describe(connector, results, workspace_id, scope) if workspace_id in polled else None,
        )
        for workspace_id in (polled if is_reported_by_steps(context) else levels)
    }
    return report_asset(
        context,
        key,
        workspaces,
        {**_metadata(results, scope), **table},
        [check for check in checks if spec.key in context.selected_asset_check_keys],
    )


def check_without_landing(
    context: dg.AssetExecutionContext, installation: Installation
) -> Iterator[dg.AssetCheckResult]:
    """The checks that a person executes by themselves; they need no partition."""
    for connector in CONNECTORS.values():
        spec = answer_check(connector)
        is_landed = spec.asset_key in context.selected_asset_keys
        if spec.key in context.selected_asset_check_keys and not is_landed:
            yield check_answers(context, installation, connector, spec)


def check_answers(
    context: dg.AssetExecutionContext,
    installation: Installation,
    connector: Connector,
    spec: dg.AssetCheckSpec,
) -> dg.AssetCheckResult:
    """Check all connectors of a tool, polled in this run or not; mark the run if any fails."""
    from causeloop_pipeline.storage.app.failing_connectors import read_failing_connectors

    with installation.database.every_workspace() as session:
        failing = read_failing_connectors(session, connector.name)
    if failing:
        mark_run(context, f"connectors of {connector.name} fail", len(failing))
    rows = [
        dg.TableRecord(
            {
                "workspace": failed.workspace,
                "connector": failed.display_name,
                "id": str(failed.connector_id),
                "state": "stopped" if failed.is_stopped else "tried again",
                "reason": failed.reason,
            }
        )
        for failed in failing[:MAX_TABLE_ROWS]
    ]
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not failing,
        severity=dg.AssetCheckSeverity.WARN,
        description=list_reasons(
            [f"{failed.display_name} of {failed.workspace}: {failed.reason}" for failed in failing]
        ),
        metadata={
            "failing connectors": dg.MetadataValue.int(len(failing)),
            **({"connectors": dg.MetadataValue.table(rows)} if rows else {}),
        },
    )


def _describe(
    connector: Connector, results: "list[SyncResult]", workspace_id: UUID, scope: Mapping[UUID, str]
) -> str:
    """The sync results of a workspace's connectors, as a line of the run's log."""
    own = [result for result in results if result.connector.workspace_id == workspace_id]
    counts = {name: sum(getattr(result.count, name) for result in own) for name in COUNTS}
    pages = sum(result.pages for result in own)
    listed = ", ".join(f"{name} {count}" for name, count in counts.items())
    return f"landing/{connector.name}: {scope[workspace_id]}: pages {pages}, {listed}"


def _metadata(results: "list[SyncResult]", scope: Mapping[UUID, str]) -> dict[str, dg.MetadataValue]:
    rows = [
        dg.TableRecord(
            {
                "workspace": scope[result.connector.workspace_id],
                "connector": str(result.connector.connector_id),
                "result": result.error or "ok",
                "pages": result.pages,
                **{name: getattr(result.count, name) for name in COUNTS},
            }
        )
        for result in results[:MAX_TABLE_ROWS]
    ]
    table = {"by connector": dg.MetadataValue.table(rows)} if rows else {}
    return {"connectors polled": dg.MetadataValue.int(len(results)), **table}


def connector_file(name: str) -> Path:
    """The file that declares a connector."""
    return PACKAGE / "connectors" / "tools" / FOLDERS[name] / f"{name}.py"


def _name_group(category: str) -> str:
    """The last word of a category: Dagster's graph shortens names of more than 16 letters."""
    return f"tools_{category.rpartition(' ')[2].lower()}"


def _tag(category: str) -> str:
    return category.lower().replace(" & ", "-").replace(" ", "-")
