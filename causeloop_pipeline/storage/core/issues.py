"""Issues as the stages of analysis read them, and the risk scores that stages write back."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import ISSUE_SCHEMA, OCCURRENCE_SCHEMA, VERSIONED_ISSUE_SCHEMA
from causeloop_pipeline.storage.database.session import Session

SELECT_ISSUES = """
select i.issue_id, i.source, i.external_id, i.title, i.body, i.severity, i.status, i.service,
       i.attributes ->> 'component' as component, i.error_type, i.team, i.environment,
       i.attributes ->> 'region' as region, i.source_created_at, i.source_updated_at, i.resolved_at,
       i.changed_at
from core.issue as i
"""

SELECT_ALL_ISSUES = SELECT_ISSUES + "where i.workspace_id = %s order by i.source_created_at, i.issue_id"

SELECT_ISSUES_WITHOUT_FINGERPRINT = (
    SELECT_ISSUES
    + """
left join detect.fingerprint as f using (workspace_id, issue_id)
where i.workspace_id = %s and f.issue_changed_at is distinct from i.changed_at
order by i.source_created_at, i.issue_id
"""
)

SELECT_UNGROUPED_ISSUES = (
    SELECT_ISSUES
    + """
join detect.fingerprint as f using (workspace_id, issue_id)
where i.workspace_id = %s and f.grouped_changed_at is distinct from f.issue_changed_at
order by i.source_created_at, i.issue_id
"""
)

SELECT_OCCURRENCES = """
select pattern_id, source_created_at as occurred_at, service, team, environment, severity
from core.issue
where workspace_id = %s and pattern_id is not null
"""


def read_issues(session: Session, workspace_id: UUID, columns: pl.Schema = ISSUE_SCHEMA) -> pl.DataFrame:
    """All issues of a workspace, oldest first."""
    return session.read(SELECT_ALL_ISSUES, (workspace_id,), schema=columns)


def read_issues_without_fingerprint(
    session: Session, workspace_id: UUID, columns: pl.Schema = VERSIONED_ISSUE_SCHEMA
) -> pl.DataFrame:
    """The issues that are new, or changed since their fingerprint was made."""
    return session.read(SELECT_ISSUES_WITHOUT_FINGERPRINT, (workspace_id,), schema=columns)


def read_ungrouped_issues(
    session: Session, workspace_id: UUID, columns: pl.Schema = ISSUE_SCHEMA
) -> pl.DataFrame:
    """The issues that are new, or changed since they were grouped."""
    return session.read(SELECT_UNGROUPED_ISSUES, (workspace_id,), schema=columns)


def read_occurrences(
    session: Session, workspace_id: UUID, columns: pl.Schema = OCCURRENCE_SCHEMA
) -> pl.DataFrame:
    """When and where each pattern occurred, in no order."""
    return session.read(SELECT_OCCURRENCES, (workspace_id,), schema=columns)


def read_first_issue_time(session: Session, workspace_id: UUID) -> datetime | None:
    """When the earliest issue of a workspace began, in whatever pattern; None without issues."""
    row = session.row(
        "select min(source_created_at) as first_at from core.issue where workspace_id = %s", (workspace_id,)
    )
    return row["first_at"] if row else None


def count_issues(session: Session, workspace_id: UUID) -> int:
    """How many issues a workspace has."""
    row = session.row("select count(*) as issues from core.issue where workspace_id = %s", (workspace_id,))
    return int(row["issues"]) if row else 0


def set_issue_risks(session: Session, workspace_id: UUID, risks: pl.DataFrame) -> int:
    """Write the risk of issues, of frame(id, risk_score); only rows that differ are updated."""
    session.execute("drop table if exists pg_temp.issue_risk")
    session.stage("issue_risk", risks.rename({"id": "issue_id"}), like="core.issue")
    return session.execute(
        "update core.issue as i set risk_score = r.risk_score from issue_risk as r "
        "where i.workspace_id = %s and i.issue_id = r.issue_id "
        "and i.risk_score is distinct from r.risk_score",
        (workspace_id,),
    )
