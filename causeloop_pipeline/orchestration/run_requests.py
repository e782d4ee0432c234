"""Requests one run for all workspaces that need one: they are stored first, under the key of the request."""

import itertools
import time
import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg
from dagster import DagsterInstance

from causeloop_pipeline.model.workspace_share import WorkspaceShare
from causeloop_pipeline.orchestration.dagster_internals.events import REPORTED_BY_STEPS
from causeloop_pipeline.orchestration.partitions import WORKSPACES, list_names, tag_range
from causeloop_pipeline.orchestration.run_scope import REQUESTED, TRIGGER, WORKSPACES_BY_NAME
from causeloop_pipeline.settings import settings

if TYPE_CHECKING:
    from causeloop_pipeline.storage.database.session import Session

MAX_RUNTIME_TAG, MAX_RUN_SECONDS = "dagster/max_runtime", 7200
MAX_RUNTIME = {MAX_RUNTIME_TAG: str(MAX_RUN_SECONDS)}
MIN_PAUSE_SECONDS = 5.0
MAX_PAUSE_SECONDS = 1800.0
MAX_FAILURES_COUNTED = 10
SHARE = "causeloop/share"
"""The tag of runs of a code location that works on a share of the workspaces."""

INTERRUPTED = "causeloop/interrupted"
"""The tag of runs that ended with their server: such a failure says nothing about the run."""

UNDER_WAY = (
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
UNFINISHED = (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, *UNDER_WAY)


def find_share() -> WorkspaceShare:
    """The share of the workspaces that this code location works on."""
    return WorkspaceShare.parse(settings().workspace_share)


def tag_share() -> dict[str, str]:
    """The tags by which the runs of this code location differ from those of the other shares."""
    share = find_share()
    return {SHARE: str(share)} if share.of > 1 else {}


def explain_first_share() -> str | None:
    """Why this code location leaves installation-wide work to the first share; None where it is the first."""
    share = find_share()
    return None if share.is_first else f"the code location of the share 1/{share.of} does it for all"


def has_unfinished_run(instance: DagsterInstance, trigger: str) -> bool:
    """Whether a run of this trigger is queued or in progress; newer work waits for its end."""
    unfinished = dg.RunsFilter(statuses=list(UNFINISHED), tags={TRIGGER: trigger, **tag_share()})
    return bool(instance.get_run_records(unfinished, limit=1))


def explain_wait(instance: DagsterInstance, trigger: str) -> str | None:
    """Why no further run of this trigger should start now: one is in progress, or the last ones failed."""
    if has_unfinished_run(instance, trigger):
        return "the last run is not finished"
    failed = list_last_failures(instance, trigger)
    if not failed:
        return None
    pause = min(MIN_PAUSE_SECONDS * 2 ** (len(failed) - 1), MAX_PAUSE_SECONDS)
    waited = time.time() - (failed[0].end_time or failed[0].update_timestamp.timestamp())
    if not 0 <= waited < pause:  # negative: the clock was set back
        return None
    return f"the last {len(failed)} runs failed; the next one may start in {pause - waited:.0f} s"


def list_last_failures(instance: DagsterInstance, trigger: str) -> list[dg.RunRecord]:
    """The consecutive failed runs of a trigger, newest first; interrupted ones do not count."""
    runs = dg.RunsFilter(tags={TRIGGER: trigger, **tag_share()})
    last = instance.get_run_records(runs, limit=4 * MAX_FAILURES_COUNTED)
    own = (record for record in last if INTERRUPTED not in record.dagster_run.tags)
    failed = itertools.takewhile(lambda record: record.dagster_run.status == dg.DagsterRunStatus.FAILURE, own)
    return list(itertools.islice(failed, MAX_FAILURES_COUNTED))


def request_run(
    instance: DagsterInstance,
    session: "Session",
    trigger: str,
    workspace_ids: Collection[UUID],
    assets: Sequence[dg.AssetKey] | None,
    requested: Collection[str] = (),
    job_name: str = "loop",
) -> dg.RunRequest | dg.SkipReason:
    """Request a run of a job over those of these workspaces that are this code location's.

    `assets` are some of the job's, None being all. Workspaces without a partition wait until they have one.
    """
    from causeloop_pipeline.storage.app.run_scopes import declare_scope
    from causeloop_pipeline.storage.app.workspace_partitions import read_partitions

    partitions = instance.get_dynamic_partitions(str(WORKSPACES.name))
    share = find_share()
    wanted = {workspace_id for workspace_id in workspace_ids if share.holds(workspace_id)}
    by_partition = {key: workspace_id for workspace_id, key in read_partitions(session, wanted).items()}
    present = {key: by_partition[key] for key in partitions if key in by_partition}
    if not present or assets == []:
        return dg.SkipReason("no workspace has anything to do")
    scope_id = str(uuid.uuid4())
    declare_scope(session, scope_id, sorted(present.values()))
    ranged = tag_range(partitions, set(present))
    named = {WORKSPACES_BY_NAME: list_names(list(present))}
    tags = {
        **ranged,
        **MAX_RUNTIME,
        **REPORTED_BY_STEPS,
        **named,
        TRIGGER: trigger,
        **tag_share(),
    }
    if requested:
        tags[REQUESTED] = ",".join(sorted(requested))
    return dg.RunRequest(scope_id, job_name=job_name, tags=tags, asset_selection=assets)
