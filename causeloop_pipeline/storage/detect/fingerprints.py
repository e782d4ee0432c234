"""Fingerprints: the features of an issue that grouping compares, one row an issue."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA
from causeloop_pipeline.storage.database.session import Session

# No join: the planner expects few rows of a new workspace, and would choose a nested loop.
SELECT_FINGERPRINTS = """
select f.*
from detect.fingerprint as f
where f.workspace_id = %(workspace_id)s
  and (%(issue_ids)s::uuid[] is null or f.issue_id = any (%(issue_ids)s::uuid[]))
order by f.issue_id
"""


def read_fingerprints(
    session: Session,
    workspace_id: UUID,
    columns: pl.Schema = FINGERPRINT_SCHEMA,
    issue_ids: pl.Series | None = None,
) -> pl.DataFrame:
    """The fingerprints of a workspace or of some of its issues, ordered by issue."""
    parameters = {
        "workspace_id": workspace_id,
        "issue_ids": None if issue_ids is None else issue_ids.to_list(),
    }
    return session.read(SELECT_FINGERPRINTS, parameters, schema=columns)


def write_fingerprints(
    session: Session, workspace_id: UUID, fingerprints: pl.DataFrame, changed_at: pl.DataFrame
) -> int:
    """Store fingerprints with their issues' versions, frame(issue_id, changed_at); returns how many
    differ."""
    rows = fingerprints.join(changed_at, on="issue_id", how="left").rename({"changed_at": "issue_changed_at"})
    rows = rows.with_columns(workspace_id=pl.lit(str(workspace_id)))
    return session.upsert("detect.fingerprint", rows, key=["workspace_id", "issue_id"])
