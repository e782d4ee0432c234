"""Starts one run for all connectors that are due to be polled."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import select_downstream, select_landings
from causeloop_pipeline.orchestration.run_requests import request_run
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "due_connectors"


def has_due_connectors(session: "Session") -> bool:
    """Whether any connector is due."""
    from causeloop_pipeline.storage.app.connectors import read_due_connectors

    return bool(read_due_connectors(session))


@make_polling_sensor(
    TRIGGER,
    interval_seconds=9,
    description="Polls every connector that is due, of all workspaces, in one run.",
    has_work=has_due_connectors,
)
def watch_due_connectors(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find the connectors that are due, and the assets that follow from their tools."""
    from causeloop_pipeline.storage.app.connectors import read_due_connectors

    with installation.database.every_workspace() as session:
        due = read_due_connectors(session)
        if not due:
            return dg.SkipReason("no connector is due")
        assets = select_downstream(
            context.repository_def, select_landings(connector.type for connector in due)
        )
        workspace_ids = {connector.workspace_id for connector in due}
        return request_run(context.instance, session, TRIGGER, workspace_ids, assets)
