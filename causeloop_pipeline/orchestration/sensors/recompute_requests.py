"""Starts one run for everything that people asked to be computed again."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import FIRST_STAGE, downstream, landing_of
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import one_run, reason_to_wait

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "recompute_requests"


@dg.sensor(
    name=TRIGGER,
    target=dg.AssetSelection.all(),
    minimum_interval_seconds=3,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Does what was asked for through the API, for all workspaces in one run.",
)
def recompute_requests(
    context: dg.SensorEvaluationContext, installation: dg.ResourceParam[Installation]
) -> dg.RunRequest | dg.SkipReason:
    """Ask what waits; the run itself claims it, so that a request made meanwhile is not lost."""
    from causeloop_pipeline.storage.app.recompute_requests import waiting_requests

    if reason := reason_to_wait(context.instance, TRIGGER):
        return dg.SkipReason(reason)
    with installation.database.every_workspace() as session:
        waiting = waiting_requests(session)
        if not waiting:
            return dg.SkipReason("nothing is asked for")
        workspace_ids = {one.workspace_id for one in waiting}
        kinds = {kind for one in waiting for kind in one.kinds}
        assets = downstream(context.repository_def, _roots(session, kinds, workspace_ids))
        return one_run(context.instance, session, TRIGGER, workspace_ids, assets, kinds)


def _roots(session: "Session", kinds: set[str], workspace_ids: Iterable[UUID]) -> list[dg.AssetKey]:
    from causeloop_pipeline.storage.app.recompute_requests import active_connector_types

    roots = [FIRST_STAGE[kind] for kind in sorted(kinds) if kind in FIRST_STAGE]
    if "sync" in kinds:
        types = active_connector_types(session, list(workspace_ids))
        roots += landing_of(types) or [FIRST_STAGE["everything"]]
    return roots
