"""Starts one run for all records that came by webhook, ingest API or hand: from records to patterns.

The stages after the patterns are a run of their own (`grouped_issues`), so that the next event does not wait.
"""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.jobs.loop import grouping
from causeloop_pipeline.orchestration.run_requests import has_unfinished_run, request_run
from causeloop_pipeline.orchestration.sensors import due_connectors
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "arrived_events"


def has_pending_records(session: "Session") -> bool:
    """Whether any record waits to be normalized."""
    from causeloop_pipeline.storage.app.run_scopes import read_workspaces_with_pending_records

    return bool(read_workspaces_with_pending_records(session, except_polled=False))


@make_polling_sensor(
    TRIGGER,
    interval_seconds=1,
    description="Turns new records into issues and groups them, for all workspaces in one run.",
    jobs=[grouping],
    has_work=has_pending_records,
)
def watch_arrived_events(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find workspaces that hold unclaimed records."""
    from causeloop_pipeline.storage.app.run_scopes import read_workspaces_with_pending_records

    # A poll in progress normalizes its own records.
    is_polling = has_unfinished_run(context.instance, due_connectors.TRIGGER)
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_pending_records(session, except_polled=is_polling)
        if not workspace_ids:
            return dg.SkipReason("nothing has arrived")
        return request_run(context.instance, session, TRIGGER, workspace_ids, None, job_name=grouping.name)
