"""Lists, reads and edits issues."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase, as_json
from api.queries.listing import AnyOf, Listing, Sort

ISSUE_COLUMNS = """
    i.issue_id as id, i.source, i.external_id, i.connector_id, i.title, i.severity, i.status, i.service,
    i.error_type, i.team, i.environment, i.external_url, i.source_created_at, i.source_updated_at,
    i.resolved_at, i.ingested_at, i.attributes, i.pattern_id, (
        select n.name from detect.pattern as n
        where n.workspace_id = i.workspace_id and n.pattern_id = i.pattern_id
    ) as pattern_name, i.risk_score
"""


ISSUES = Listing(
    name="issues",
    columns=ISSUE_COLUMNS,
    source="core.issue as i",
    key="i.issue_id",
    key_output="id",
    sorts={
        "created_at": Sort("i.source_created_at", "source_created_at", "timestamptz"),
        "source_created_at": Sort("i.source_created_at", "source_created_at", "timestamptz"),
        "updated_at": Sort("i.source_updated_at", "source_updated_at", "timestamptz"),
        "source_updated_at": Sort("i.source_updated_at", "source_updated_at", "timestamptz"),
        "risk_score": Sort("i.risk_score", "risk_score", "double precision", nullable=True),
    },
    default_sort="-created_at",
    filters={
        "q": "i.words @@ websearch_to_tsquery('simple', $1 ->> 'q')",
        **{
            name: AnyOf(f"i.{name}", name)
            for name in (
                "severity",
                "status",
                "source",
                "service",
                "error_type",
                "team",
                "environment",
                "external_id",
            )
        },
        "pattern_id": "i.pattern_id = ($1 ->> 'pattern_id')::uuid",
        "connector_id": "i.connector_id = ($1 ->> 'connector_id')::uuid",
        "created_from": "i.source_created_at >= ($1 ->> 'created_from')::timestamptz",
        "created_before": "i.source_created_at < ($1 ->> 'created_before')::timestamptz",
    },
)

SELECT_ISSUE = f"""
select row_to_json(issue)
from (
    select {ISSUE_COLUMNS}, i.body from core.issue as i where i.issue_id = ($1 ->> 'id')::uuid
) as issue
"""

SELECT_VALUES = """
select json_build_object(
    'service', array(select i.service from core.issue as i where i.service is not null
                     group by 1 order by count(*) desc, 1 limit 200),
    'error_type', array(select i.error_type from core.issue as i where i.error_type is not null
                        group by 1 order by count(*) desc, 1 limit 200),
    'team', array(select i.team from core.issue as i where i.team is not null
                  group by 1 order by count(*) desc, 1 limit 200),
    'environment', array(select i.environment from core.issue as i where i.environment is not null
                         group by 1 order by count(*) desc, 1 limit 200),
    'source', array(select i.source from core.issue as i group by 1 order by count(*) desc, 1 limit 200)
)
"""

INSERT_EDITS = """
insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by)
select $1, $2, e.field, e.value, $4 from jsonb_each_text($3::jsonb) as e (field, value)
"""

UPDATE_ISSUE = """
update core.issue as i
set title = case when $2 ? 'title' then $2 ->> 'title' else i.title end,
    body = case when $2 ? 'body' then $2 ->> 'body' else i.body end,
    severity = case when $2 ? 'severity' then $2 ->> 'severity' else i.severity end,
    status = case when $2 ? 'status' then $2 ->> 'status' else i.status end,
    service = case when $2 ? 'service' then $2 ->> 'service' else i.service end,
    error_type = case when $2 ? 'error_type' then $2 ->> 'error_type' else i.error_type end,
    team = case when $2 ? 'team' then $2 ->> 'team' else i.team end,
    environment = case when $2 ? 'environment' then $2 ->> 'environment' else i.environment end,
    resolved_at = case
        when not $2 ? 'status' then i.resolved_at
        when $2 ->> 'status' in ('resolved', 'closed') then coalesce(i.resolved_at, now())
    end
where i.issue_id = $1
returning true
"""


async def read_issue(db: WorkspaceDatabase, issue_id: UUID) -> str | None:
    """One issue as JSON text."""
    return await db.read_text(SELECT_ISSUE, id=str(issue_id))


async def read_values(db: WorkspaceDatabase) -> str:
    """The values that occur in the fields of issues, the most frequent first, as JSON text."""
    return str(await db.read_text(SELECT_VALUES))


async def edit_issue(db: WorkspaceDatabase, issue_id: UUID, changes: Mapping[str, Any], actor: str) -> bool:
    """Record a person's edits, and apply them at once; False if there is no such issue."""
    document = as_json(changes)
    if not await db.transaction.fetchval(UPDATE_ISSUE, issue_id, document):
        return False
    await db.transaction.execute(INSERT_EDITS, db.workspace_id, issue_id, document, actor)
    return True
