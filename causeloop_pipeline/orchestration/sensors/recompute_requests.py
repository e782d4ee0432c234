"""Starts one run for all recompute requests."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.asset_selection import FIRST_STAGE, select_downstream, select_landings
from causeloop_pipeline.orchestration.run_requests import request_run
from causeloop_pipeline.orchestration.sensors.polling_sensor import make_polling_sensor
from causeloop_pipeline.stages.installation import Installation

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

TRIGGER = "recompute_requests"


def has_queued_requests(session: "Session") -> bool:
    """Whether anything is requested."""
    from causeloop_pipeline.storage.app.recompute_requests import read_queued_requests

    return bool(read_queued_requests(session))


@make_polling_sensor(
    TRIGGER,
    interval_seconds=1,
    description="Does what was requested through the API, for all workspaces in one run.",
    has_work=has_queued_requests,
)
def watch_recompute_requests(
    context: dg.SensorEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Find the queued requests; the run itself claims them, so that one made in between is not lost."""
    from causeloop_pipeline.storage.app.recompute_requests import read_queued_requests

    with installation.database.every_workspace() as session:
        queued = read_queued_requests(session)
        if not queued:
            return dg.SkipReason("nothing is requested")
        workspace_ids = {requests.workspace_id for requests in queued}
        kinds = {kind for requests in queued for kind in requests.kinds}
        assets = select_downstream(context.repository_def, _first_assets(session, kinds, workspace_ids))
        return request_run(context.instance, session, TRIGGER, workspace_ids, assets, kinds)


def _first_assets(session: "Session", kinds: set[str], workspace_ids: Iterable[UUID]) -> list[dg.AssetKey]:
    """Where the run begins: the first stage of each kind; for `sync` the landing of the workspaces' tools."""
    from causeloop_pipeline.storage.app.recompute_requests import read_active_connector_types

    first = [FIRST_STAGE[kind] for kind in sorted(kinds) if kind in FIRST_STAGE]
    if "sync" in kinds:
        types = read_active_connector_types(session, list(workspace_ids))
        first += select_landings(types) or [FIRST_STAGE["everything"]]
    return first
