"""`landing/<tool>`: what each external tool holds, polled connector by connector and kept as received."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.connectors.registry import CONNECTORS, FOLDERS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.orchestration.asset_metadata import (
    RELATION,
    STARTED_BY_POLL,
    explain_automation,
    read_table_metadata,
    reference_files,
)
from causeloop_pipeline.orchestration.asset_selection import landing_key
from causeloop_pipeline.orchestration.database_loss import retry_on_database_loss
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.run_scope import run_workspaces
from causeloop_pipeline.settings import PACKAGE
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.stages.landing import SyncResult

MAX_TABLE_ROWS = 50
TABLE = "raw.record"
COUNTS = ("read", "new", "updated", "duplicate", "quarantined")


def landing_spec(connector: Connector) -> dg.AssetSpec:
    """The landing asset of one tool."""
    return dg.AssetSpec(
        landing_key(connector.name),
        group_name="landing",
        description=explain_automation(
            f"{connector.title} as received: every version of every record, once.", STARTED_BY_POLL
        ),
        metadata={**reference_files({"connector": connector_file(connector.name)}), RELATION: TABLE},
        kinds={"python", "postgres"},
        owners=["team:pipeline"],
        partitions_def=WORKSPACES,
        tags={"causeloop/category": _tag(connector.category)},
    )


def landing_assets() -> dg.AssetsDefinition:
    """The landing assets of all tools as one definition: one each would double Dagster's own start."""

    @dg.multi_asset(
        name="landing",
        specs=[landing_spec(connector) for connector in CONNECTORS.values()],
        can_subset=True,
        backfill_policy=ONE_RUN,
    )
    def landing(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> Iterator[dg.MaterializeResult]:
        selected = context.selected_asset_keys
        chosen = [entry for entry in CONNECTORS.values() if landing_key(entry.name) in selected]
        failures: list[Exception] = []
        for connector in chosen:
            try:
                yield land_tool(context, installation, connector)
            except dg.RetryRequested:
                raise
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("tools that could not be landed", failures)

    return landing


def land_tool(
    context: dg.AssetExecutionContext, installation: Installation, connector: Connector
) -> dg.MaterializeResult:
    """Poll the connectors of one tool that are due, and keep what it gives."""
    from causeloop_pipeline.stages.landing import sync_due_connectors

    with retry_on_database_loss():
        workspace_ids = [workspace.workspace_id for workspace in run_workspaces(context, installation)]
        results = sync_due_connectors(
            installation, connector, workspace_ids, context.run_id, warn=context.log.warning
        )
        table = read_table_metadata(installation, TABLE)
    return dg.MaterializeResult(
        asset_key=landing_key(connector.name), metadata={**_metadata(results), **table}
    )


def _metadata(results: "list[SyncResult]") -> dict[str, dg.MetadataValue]:
    totals = {name: sum(getattr(result.count, name) for result in results) for name in COUNTS}
    rows = [
        dg.TableRecord(
            {
                "workspace": str(result.connector.workspace_id),
                "connector": str(result.connector.connector_id),
                "result": result.error or "ok",
                "pages": result.pages,
                **{name: getattr(result.count, name) for name in COUNTS},
            }
        )
        for result in results[:MAX_TABLE_ROWS]
    ]
    table = {"by connector": dg.MetadataValue.table(rows)} if rows else {}
    return {
        "connectors": dg.MetadataValue.int(len(results)),
        "failed connectors": dg.MetadataValue.int(sum(result.error is not None for result in results)),
        **{name: dg.MetadataValue.int(total) for name, total in totals.items()},
        **table,
    }


def connector_file(name: str) -> Path:
    """The file that declares a connector."""
    return PACKAGE / "connectors" / "tools" / FOLDERS[name] / f"{name}.py"


def _tag(category: str) -> str:
    return category.lower().replace(" & ", "-").replace(" ", "-")


LANDING = [landing_assets()]
