"""Writes the comments that are due on issues in their trackers, and closes those whose fix held."""

from collections import Counter
from functools import partial
from uuid import UUID

from causeloop_pipeline.model.tracker_act import TrackerActKind
from causeloop_pipeline.outbound.commenters import make_commenter
from causeloop_pipeline.outbound.comments import Comment, write_comment
from causeloop_pipeline.stages.defects import describe_failed_call
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.by_workspace import count_by_workspace
from causeloop_pipeline.stages.jobs.tracker_connection import open_connection
from causeloop_pipeline.storage.act.tracker_acts import (
    DueAct,
    mark_refused,
    mark_sent,
    read_workspaces_with_acts,
    start_act,
)

MAX_SENT_PER_WORKSPACE = 50
KINDS = ("acts sent", "acts refused")


def send_due_acts(installation: Installation) -> Counter[str]:
    """Do what is due in all workspaces, several at once; returns the count of each of KINDS."""
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_acts(session)
    return count_by_workspace(partial(send_workspace_acts, installation), workspace_ids, KINDS, "acts")


def send_workspace_acts(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Do what is due in one workspace, one after the other."""
    count = Counter[str]()
    for _ in range(MAX_SENT_PER_WORKSPACE):
        with installation.database.workspace(workspace_id) as session:
            act = start_act(session, workspace_id)
        if act is None:
            break
        count["acts sent" if _send(installation, act) else "acts refused"] += 1
    return count


def _send(installation: Installation, act: DueAct) -> bool:
    """Call the tracker, outside of any transaction, and store the result."""
    try:
        comment = _call_tracker(installation, act)
    except Exception as failure:  # a defect with one issue must not delay the others
        failed = describe_failed_call(failure, f"act {act.act_id}")
        with installation.database.workspace(act.workspace_id) as session:
            mark_refused(session, act, failed.reason, permanent=failed.is_permanent)
        return False
    with installation.database.workspace(act.workspace_id) as session:
        mark_sent(session, act, comment.external_id, comment.url)
    return True


def _call_tracker(installation: Installation, act: DueAct) -> Comment:
    connection = open_connection(installation, act.workspace_id, act.connector_id)
    commenter = make_commenter(
        connection.connector, connection.config, connection.credentials, connection.egress
    )
    comment = write_comment(commenter, act.place, act.act_id, act.body, act.external_id)
    if act.kind == TrackerActKind.CLOSE and act.external_id is None:  # opened again, it stays open
        commenter.close(act.place)
    return comment
