"""`landing/<tool>`: what each external tool holds, polled connector by connector and kept as received."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.orchestration.asset_selection import landing_key
from causeloop_pipeline.orchestration.partitions import ONE_RUN, WORKSPACES
from causeloop_pipeline.orchestration.run_scope import run_workspaces
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.stages.landing import SyncResult

MAX_TABLE_ROWS = 50
COUNTS = ("read", "new", "updated", "duplicate", "quarantined")


def landing_asset(connector: Connector) -> dg.AssetsDefinition:
    """The landing asset of one tool."""

    @dg.asset(
        key=landing_key(connector.name),
        group_name="landing",
        description=f"{connector.title} as received: every version of every record, once.",
        kinds={"python", "postgres"},
        owners=["team:pipeline"],
        partitions_def=WORKSPACES,
        backfill_policy=ONE_RUN,
        tags={"causeloop/category": _tag(connector.category)},
    )
    def landing(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        from causeloop_pipeline.stages.landing import sync_due_connectors

        workspace_ids = [workspace.workspace_id for workspace in run_workspaces(context, installation)]
        results = sync_due_connectors(
            installation, connector, workspace_ids, context.run_id, warn=context.log.warning
        )
        return dg.MaterializeResult(metadata=_metadata(results))

    return landing


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


def _tag(category: str) -> str:
    return category.lower().replace(" & ", "-").replace(" ", "-")


LANDING = [landing_asset(connector) for connector in CONNECTORS.values()]
