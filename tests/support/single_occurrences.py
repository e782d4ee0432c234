"""For tests that store issues themselves: an issue that never occurred is one that no run makes."""

from causeloop_pipeline.storage.database.session import Session

INSERT_MISSING = """
insert into core.occurrence (workspace_id, issue_id, started_at, ended_at)
select i.workspace_id, i.issue_id, i.source_created_at, i.resolved_at
from core.issue as i
where not exists (
    select from core.occurrence as o where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
)
"""


def add_single_occurrences(session: Session) -> None:
    """Give each issue of the session's workspaces that has none one occurrence, as it was reported."""
    session.execute(INSERT_MISSING)
