"""Starts one run that takes newly grouped issues on to recommendations, including those of an aborted run."""

from typing import TYPE_CHECKING

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import FIRST_STAGE, select_downstream
from causeloop_pipeline.orchestration.jobs.loop import loop, ranking
from causeloop_pipeline.orchestration.run_requests import has_unfinished_run, request_run
from causeloop_pipeline.orchestration.run_scope import NIGHTLY
from causeloop_pipeline.orchestration.sensors import arrived_events, due_connectors, recompute_requests
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "grouped_issues"
OTHER_TRIGGERS = (due_connectors.TRIGGER, recompute_requests.TRIGGER, NIGHTLY)


def has_unfinished_workspaces(session: "Session") -> bool:
    """Whether the newest issues of any workspace have not reached the last stage."""
    from causeloop_pipeline.storage.app.run_scopes import read_unfinished_workspaces

    return bool(read_unfinished_workspaces(session))


@make_polling_sensor(
    TRIGGER,
    interval_seconds=2,
    description="Takes what was grouped on to predictions and recommendations, while further events arrive.",
    jobs=[ranking, loop],
    has_work=has_unfinished_workspaces,
)
def watch_grouped_issues(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find workspaces whose newest issues no finished or pending run takes to the last stage."""
    from causeloop_pipeline.storage.app.run_scopes import read_unfinished_workspaces

    if busy := [name for name in OTHER_TRIGGERS if has_unfinished_run(context.instance, name)]:
        return dg.SkipReason(f"a run of {busy[0]} goes through all stages itself")
    with installation.database.every_workspace() as session:
        unfinished = read_unfinished_workspaces(session)
        workspace_ids = {key for key, is_grouped in unfinished.items() if is_grouped}
        is_grouping = has_unfinished_run(context.instance, arrived_events.TRIGGER)
        if len(workspace_ids) < len(unfinished) and not is_grouping:  # a run died before it had grouped them
            assets = select_downstream(context.repository_def, [FIRST_STAGE["patterns"]])
            return request_run(context.instance, session, TRIGGER, set(unfinished), assets)
        if not workspace_ids:
            return dg.SkipReason("nothing was grouped")
        return request_run(context.instance, session, TRIGGER, workspace_ids, None, job_name=ranking.name)
