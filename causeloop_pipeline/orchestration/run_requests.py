"""One run for all workspaces that need one: who it is for is written down first, its id travels in a tag."""

import itertools
import time
import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.partitions import WORKSPACES, range_tags
from causeloop_pipeline.orchestration.run_scope import REQUESTED, SCOPE, TRIGGER

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

MAX_RUNTIME = {"dagster/max_runtime": "7200"}
FIRST_PAUSE, LONGEST_PAUSE, FAILURES_COUNTED = 30.0, 1800.0, 8
UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def in_flight(instance: DagsterInstance, trigger: str) -> bool:
    """Whether a run of this trigger is still under way; what has come up since waits for its end."""
    unfinished = dg.RunsFilter(statuses=list(UNFINISHED), tags={TRIGGER: trigger})
    return bool(instance.get_run_records(unfinished, limit=1))


def reason_to_wait(instance: DagsterInstance, trigger: str) -> str | None:
    """Why no further run of this trigger should start now: one is under way, or the last ones failed."""
    if in_flight(instance, trigger):
        return "the last run is still under way"
    last = instance.get_run_records(dg.RunsFilter(tags={TRIGGER: trigger}), limit=FAILURES_COUNTED)
    failed = list(
        itertools.takewhile(lambda one: one.dagster_run.status == dg.DagsterRunStatus.FAILURE, last)
    )
    if not failed:
        return None
    pause = min(FIRST_PAUSE * 2 ** (len(failed) - 1), LONGEST_PAUSE)
    waited = time.time() - (failed[0].end_time or failed[0].update_timestamp.timestamp())
    if waited >= pause:
        return None
    return f"the last {len(failed)} runs failed; the next one may start in {pause - waited:.0f} s"


def one_run(
    instance: DagsterInstance,
    session: "Session",
    trigger: str,
    workspace_ids: Collection[UUID],
    assets: Sequence[dg.AssetKey],
    requested: Collection[str] = (),
) -> dg.RunRequest | dg.SkipReason:
    """A run over these workspaces; those without a partition yet wait until they have one."""
    from causeloop_pipeline.storage.app.run_scopes import declare_scope

    known = instance.get_dynamic_partitions(str(WORKSPACES.name))
    present = set(known) & {str(workspace_id) for workspace_id in workspace_ids}
    if not present or not assets:
        return dg.SkipReason("no workspace has anything to do")
    scope_id = str(uuid.uuid4())
    declare_scope(session, scope_id, [UUID(key) for key in sorted(present)])
    tags = {**range_tags(known, present), **MAX_RUNTIME, TRIGGER: trigger, SCOPE: scope_id}
    if requested:
        tags[REQUESTED] = ",".join(sorted(requested))
    return dg.RunRequest(tags=tags, asset_selection=list(assets))
