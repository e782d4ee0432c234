"""Deletes expired rows of workspaces, and records of old runs in the product's own tables."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from causeloop_pipeline.stages.defects import describe_defect
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.app.recompute_requests import delete_old_requests
from causeloop_pipeline.storage.app.retention import (
    RETENTION_KINDS,
    ROWS_PER_BATCH,
    delete_expired,
    read_workspaces_with_retention,
)
from causeloop_pipeline.storage.app.run_scopes import delete_old_scopes, lock_workspace

MAX_BATCHES_PER_NIGHT = 500


@dataclass
class Deleted:
    """How many rows of each kind were deleted, in how many workspaces; failures as workspace → reason."""

    workspaces: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)


def delete_run_records(installation: Installation, days: int, unfinished: Sequence[str]) -> dict[str, int]:
    """Delete the scopes and recompute requests of finished runs older than this many days."""
    with installation.database.every_workspace() as session:
        scopes = delete_old_scopes(session, days, unfinished)
        requests = delete_old_requests(session, days)
    return {"scope rows": scopes, "requests": requests}


def delete_expired_rows(installation: Installation) -> Deleted:
    """Delete the expired rows of every workspace by its own settings; a failure does not stop the others."""
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_retention(session)
    deleted = Deleted(len(workspace_ids))
    for workspace_id in workspace_ids:
        try:
            deleted.rows += delete_expired_rows_of(installation, workspace_id)
        except Exception as failure:  # one tenant's failure must not stop the others
            deleted.failures[str(workspace_id)] = describe_defect(failure)
    return deleted


def delete_expired_rows_of(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Delete batch by batch, each in a transaction of its own between two stages; rows of each kind."""
    deleted = Counter(dict.fromkeys(RETENTION_KINDS, 0))
    for kind in RETENTION_KINDS:
        for _ in range(MAX_BATCHES_PER_NIGHT):
            with installation.database.workspace(workspace_id) as session:
                lock_workspace(session, workspace_id)
                rows = delete_expired(session, workspace_id, kind)
            deleted[kind] += rows
            if rows < ROWS_PER_BATCH:
                break
    return deleted
