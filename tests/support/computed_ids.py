"""The ids that issues and changes get where they are stored."""

from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

SELECT_ISSUE_ID = "select core.issue_id(%s, %s, %s) as id"
SELECT_CHANGE_ID = "select core.change_id(%s, %s, %s) as id"


def select_issue_id(session: Session, workspace_id: UUID, source: str, external_id: str) -> UUID:
    """The id of an issue, as a run computes it."""
    (row,) = session.rows(SELECT_ISSUE_ID, (workspace_id, source, external_id))
    return UUID(str(row["id"]))


def select_change_id(session: Session, workspace_id: UUID, source: str, external_id: str) -> UUID:
    """The id of a change, as a run computes it."""
    (row,) = session.rows(SELECT_CHANGE_ID, (workspace_id, source, external_id))
    return UUID(str(row["id"]))
