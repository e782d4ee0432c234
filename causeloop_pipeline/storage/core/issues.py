"""Reads issues for the analysis stages, and stores the risk scores that they compute."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import (
    ATTRIBUTE_DIMENSIONS,
    INSTANT,
    ISSUE_OCCURRENCE_SCHEMA,
    ISSUE_SCHEMA,
    OCCURRENCE_SCHEMA,
    VERSIONED_ISSUE_SCHEMA,
)
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.occurrence_months import read_counted_occurrences

ISSUE_COLUMNS = ", ".join(
    f"i.attributes ->> '{name}' as {name}" if name in ATTRIBUTE_DIMENSIONS else f"i.{name}"
    for name in VERSIONED_ISSUE_SCHEMA
)
SELECT_ISSUES = f"""
select {ISSUE_COLUMNS}
from core.issue as i
"""

SELECT_ALL_ISSUES = SELECT_ISSUES + "where i.workspace_id = %s order by i.source_created_at, i.issue_id"

SELECT_ISSUES_WITHOUT_FINGERPRINT = (
    SELECT_ISSUES
    + """
where i.workspace_id = %s and i.is_ungrouped
  and (select f.issue_changed_at from detect.fingerprint as f
       where f.workspace_id = i.workspace_id and f.issue_id = i.issue_id) is distinct from i.changed_at
order by i.source_created_at, i.issue_id
"""
)

SELECT_UNGROUPED_ISSUES = (
    SELECT_ISSUES
    + """
where i.workspace_id = %s and i.is_ungrouped
order by i.source_created_at, i.issue_id
"""
)

SCORED_ISSUE_SCHEMA = pl.Schema(
    {"issue_id": pl.String(), "severity": pl.String(), "last_seen_at": INSTANT, "pattern_id": pl.String()}
)

# Of all issues at once; of some, a look at the last occurrence of each.
SELECT_SCORED_ISSUES = """
select i.issue_id, i.severity, o.last_seen_at, i.pattern_id
from core.issue as i
left join (
    select issue_id, max(started_at) as last_seen_at
    from core.occurrence
    where workspace_id = %(workspace_id)s
    group by issue_id
) as o using (issue_id)
where i.workspace_id = %(workspace_id)s
"""

SELECT_ISSUES_TO_SCORE = """
select i.issue_id, i.severity, o.last_seen_at, i.pattern_id
from (
    select issue_id, severity, pattern_id
    from core.issue
    where workspace_id = %(workspace_id)s and is_risk_due
    union
    select issue_id, severity, pattern_id
    from core.issue
    where workspace_id = %(workspace_id)s and pattern_id = any (%(pattern_ids)s::uuid[])
) as i
cross join lateral (
    select max(started_at) as last_seen_at
    from core.occurrence
    where workspace_id = %(workspace_id)s and issue_id = i.issue_id
    offset 0
) as o
"""

SELECT_OCCURRENCES = """
select i.pattern_id, o.started_at as occurred_at, i.service, i.team, i.environment, i.severity
from core.issue as i
join core.occurrence as o using (workspace_id, issue_id)
where i.workspace_id = %s and i.pattern_id is not null
"""

SELECT_OCCURRENCES_OF_PATTERNS = SELECT_OCCURRENCES + "and i.pattern_id = any (%s::uuid[])"

SELECT_ALL_ISSUE_OCCURRENCES = """
select issue_id, started_at, ended_at, count
from core.occurrence
where workspace_id = %s
order by issue_id, started_at
"""

SELECT_ISSUE_OCCURRENCES = """
select o.issue_id, o.started_at, o.ended_at, o.count
from unnest(%(issue_ids)s::uuid[]) as i (issue_id)
cross join lateral (
    select issue_id, started_at, ended_at, count
    from core.occurrence
    where workspace_id = %(workspace_id)s and issue_id = i.issue_id
    offset 0
) as o
order by 1, 2
"""


def read_issues(session: Session, workspace_id: UUID, columns: pl.Schema = ISSUE_SCHEMA) -> pl.DataFrame:
    """All issues of a workspace, oldest first."""
    return session.read(SELECT_ALL_ISSUES, (workspace_id,), schema=columns)


def read_issues_without_fingerprint(
    session: Session, workspace_id: UUID, columns: pl.Schema = VERSIONED_ISSUE_SCHEMA
) -> pl.DataFrame:
    """The issues that are new, or changed since their fingerprint was computed."""
    return session.read(SELECT_ISSUES_WITHOUT_FINGERPRINT, (workspace_id,), schema=columns)


def read_ungrouped_issues(
    session: Session, workspace_id: UUID, columns: pl.Schema = ISSUE_SCHEMA
) -> pl.DataFrame:
    """The issues that are new, or changed since they were grouped."""
    return session.read(SELECT_UNGROUPED_ISSUES, (workspace_id,), schema=columns)


def read_issue_occurrences(
    session: Session,
    workspace_id: UUID,
    issue_ids: pl.Series | None = None,
    columns: pl.Schema = ISSUE_OCCURRENCE_SCHEMA,
) -> pl.DataFrame:
    """When each issue, or some of them, occurred, the earliest first."""
    if issue_ids is None:
        return session.read(SELECT_ALL_ISSUE_OCCURRENCES, (workspace_id,), schema=columns)
    parameters = {"workspace_id": workspace_id, "issue_ids": issue_ids.to_list()}
    return session.read(SELECT_ISSUE_OCCURRENCES, parameters, schema=columns)


def read_occurrences(
    session: Session,
    workspace_id: UUID,
    columns: pl.Schema = OCCURRENCE_SCHEMA,
    pattern_ids: pl.Series | None = None,
) -> pl.DataFrame:
    """When and where each pattern, or some of them, occurred, in no order."""
    if pattern_ids is None:
        counted = read_counted_occurrences(session, workspace_id)
        if counted is not None:
            return counted.select(columns.names()).cast(columns)
        texts = pl.Schema({name: OCCURRENCE_SCHEMA[name] for name in columns})
        read = session.read(SELECT_OCCURRENCES, (workspace_id,), schema=texts)
        return read.cast(columns)
    parameters = (workspace_id, pattern_ids.to_list())
    return session.read(SELECT_OCCURRENCES_OF_PATTERNS, parameters, schema=columns)


def read_first_occurrence_time(session: Session, workspace_id: UUID) -> datetime | None:
    """When anything first occurred in a workspace, in any pattern; None without issues."""
    row = session.row(
        "select min(started_at) as first_at from core.occurrence where workspace_id = %s", (workspace_id,)
    )
    return row["first_at"] if row else None


def read_issues_to_score(session: Session, workspace_id: UUID, pattern_ids: pl.Series | None) -> pl.DataFrame:
    """The risk factors of issues: of those that are due and those of some patterns, or of all."""
    if pattern_ids is None:
        return session.read(SELECT_SCORED_ISSUES, {"workspace_id": workspace_id}, schema=SCORED_ISSUE_SCHEMA)
    parameters = {"workspace_id": workspace_id, "pattern_ids": pattern_ids.to_list()}
    return session.read(SELECT_ISSUES_TO_SCORE, parameters, schema=SCORED_ISSUE_SCHEMA)


def set_issue_risks(session: Session, workspace_id: UUID, risks: pl.DataFrame) -> int:
    """Write the risk of issues from frame(id, risk_score, severity); only rows that differ or were due.

    An issue whose severity was edited since it was scored stays due.
    """
    session.execute("drop table if exists pg_temp.issue_risk")
    session.stage("issue_risk", risks.rename({"id": "issue_id"}), like="core.issue")
    return session.execute(
        "update core.issue as i "
        "set risk_score = r.risk_score, is_risk_due = i.severity is distinct from r.severity "
        "from issue_risk as r "
        "where i.workspace_id = %s and i.issue_id = r.issue_id "
        "and (i.is_risk_due or i.risk_score is distinct from r.risk_score)",
        (workspace_id,),
    )
