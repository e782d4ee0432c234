"""Issues as the stages of analysis read them, and what the stages write back onto them."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

ISSUES = """
select i.issue_id, i.source, i.external_id, i.title, i.body, i.severity, i.status, i.service,
       i.attributes ->> 'component' as component, i.error_type, i.team, i.environment,
       i.attributes ->> 'region' as region, i.source_created_at, i.source_updated_at, i.resolved_at,
       i.changed_at
from core.issue as i
"""

OF_WORKSPACE = ISSUES + "where i.workspace_id = %s order by i.source_created_at, i.issue_id"

WITHOUT_FINGERPRINT = (
    ISSUES
    + """
left join detect.fingerprint as f using (workspace_id, issue_id)
where i.workspace_id = %s and f.issue_changed_at is distinct from i.changed_at
order by i.source_created_at, i.issue_id
"""
)

UNGROUPED = (
    ISSUES
    + """
join detect.fingerprint as f using (workspace_id, issue_id)
where i.workspace_id = %s and f.grouped_changed_at is distinct from f.issue_changed_at
order by i.source_created_at, i.issue_id
"""
)

OCCURRENCES = """
select pattern_id, source_created_at as occurred_at, service, team, environment, severity
from core.issue
where workspace_id = %s and pattern_id is not null
"""


def read_issues(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """All issues of a workspace, oldest first."""
    return session.read(OF_WORKSPACE, (workspace_id,), schema=schema)


def read_issues_without_fingerprint(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The issues that are new, or changed since their fingerprint was taken."""
    return session.read(WITHOUT_FINGERPRINT, (workspace_id,), schema=schema)


def read_ungrouped_issues(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The issues that are new, or changed since they were grouped."""
    return session.read(UNGROUPED, (workspace_id,), schema=schema)


def read_occurrences(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """When and where each pattern happened, in no order."""
    return session.read(OCCURRENCES, (workspace_id,), schema=schema)


def count_issues(session: Session, workspace_id: UUID) -> int:
    """How many issues a workspace has."""
    row = session.row("select count(*) as issues from core.issue where workspace_id = %s", (workspace_id,))
    return int(row["issues"]) if row else 0


def set_issue_risks(session: Session, workspace_id: UUID, risks: pl.DataFrame) -> int:
    """Write the risk of issues, of frame(id, risk_score); only rows that differ are touched."""
    session.execute("drop table if exists pg_temp.issue_risk")
    session.stage("issue_risk", risks.rename({"id": "issue_id"}), like="core.issue")
    return session.execute(
        "update core.issue as i set risk_score = r.risk_score from issue_risk as r "
        "where i.workspace_id = %s and i.issue_id = r.issue_id "
        "and i.risk_score is distinct from r.risk_score",
        (workspace_id,),
    )
