"""Lists, reads and edits issues."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.assignments.queries import match_assignee
from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase, encode_parameters
from api.listing.queries import AnyOf, Listing, Sort
from api.owners.queries import OWNED_BY_OF_ISSUE
from causeloop_pipeline.model.issue import (
    CHOICES,
    EDITABLE_FIELDS,
    FACETS,
    OPEN_STATUSES,
    TEXT_FIELDS,
    TIME_FIELDS,
)

LISTED_TEXTS = ", ".join(f"i.{name}" for name in TEXT_FIELDS if name not in ("external_id", "body"))
LISTED_TIMES = ", ".join(f"i.{name}" for name in TIME_FIELDS)
OCCURRENCES = """(
        select count(*) from core.occurrence as o
        where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
    ) as occurrence_count, (
        select max(o.started_at) from core.occurrence as o
        where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
    ) as last_seen_at"""
ISSUE_COLUMNS = f"""
    i.issue_id as id, i.source, i.external_id, i.connector_id, {LISTED_TEXTS}, {LISTED_TIMES}, i.ingested_at,
    i.attributes, i.pattern_id, (
        select n.name from detect.pattern as n
        where n.workspace_id = i.workspace_id and n.pattern_id = i.pattern_id
    ) as pattern_name, i.risk_score, {OCCURRENCES}
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
        "q": "i.words @@ core.search_query($1 ->> 'q')",
        **{name: AnyOf(f"i.{name}") for name in (*CHOICES, "source", *FACETS, "external_id")},
        "owner": OWNED_BY_OF_ISSUE,
        "assignee": match_assignee("pattern", "i.pattern_id"),
        "pattern_id": "i.pattern_id = ($1 ->> 'pattern_id')::uuid",
        "connector_id": "i.connector_id = ($1 ->> 'connector_id')::uuid",
        "created_from": "i.source_created_at >= ($1 ->> 'created_from')::timestamptz",
        "created_before": "i.source_created_at < ($1 ->> 'created_before')::timestamptz",
    },
)

SELECT_ISSUE = f"""
select row_to_json(issue)
from (
    select {ISSUE_COLUMNS}, i.body, (
        select json_build_object(
            'id', m.mark_id, 'provider', m.provider, 'marked_at', m.marked_at,
            'marked_by', m.marked_by, 'marked_by_name', ({select_name("m.marked_by")})
        )
        from core.provider_mark as m
        where m.workspace_id = i.workspace_id and m.issue_id = i.issue_id and m.withdrawn_at is null
        order by m.mark_id desc
        limit 1
    ) as provider_mark
    from core.issue as i
    where i.issue_id = ($1 ->> 'id')::uuid
) as issue
"""

INSERT_PROVIDER_MARK = """
insert into core.provider_mark (workspace_id, issue_id, provider, marked_by)
select workspace_id, issue_id, $2, $3 from core.issue where issue_id = $1
returning true
"""

WITHDRAW_PROVIDER_MARK = """
update core.provider_mark
set withdrawn_at = coalesce(withdrawn_at, now()), withdrawn_by = coalesce(withdrawn_by, $3)
where issue_id = $1 and mark_id = $2
returning true
"""

OPEN = ", ".join(f"'{status}'" for status in OPEN_STATUSES)
SELECT_VALUES = f"""
select json_build_object({
    ", ".join(
        f"'{name}', array(select i.{name} from core.issue as i where i.{name} is not null "
        "group by 1 order by count(*) desc, 1 limit 200)"
        for name in (*FACETS, "source")
    )
}, 'services', (
    select coalesce(json_agg(s), '[]')
    from (
        select i.service as name, count(*) as issues, count(*) filter (where i.status in ({
    OPEN
})) as open_issues,
            max(i.source_created_at) as last_created_at
        from core.issue as i
        where i.service is not null
        group by 1
        order by 2 desc, 1
        limit 200
    ) as s
))
"""

INSERT_EDITS = """
insert into core.issue_edit (workspace_id, issue_id, field, value, edited_by)
select $1, $2, e.field, e.value, $4 from jsonb_each_text($3::jsonb) as e (field, value)
"""

EDITS = ", ".join(
    f"{name} = case when $2 ? '{name}' then $2 ->> '{name}' else i.{name} end" for name in EDITABLE_FIELDS
)
# Its last occurrence ends with it, and goes on when a person opens it again.
UPDATE_ISSUE = f"""
with edited as (
    update core.issue as i
    set {EDITS},
        resolved_at = case
            when not $2 ? 'status' then i.resolved_at
            when $2 ->> 'status' in ('resolved', 'closed') then coalesce(i.resolved_at, now())
        end
    where i.issue_id = $1
    returning i.workspace_id, i.issue_id, i.resolved_at
), ended as (
    update core.occurrence as o
    set ended_at = e.resolved_at
    from edited as e
    where $2 ? 'status' and o.workspace_id = e.workspace_id and o.issue_id = e.issue_id
      and o.ended_at is distinct from e.resolved_at
      and o.started_at = (
          select max(l.started_at) from core.occurrence as l
          where l.workspace_id = e.workspace_id and l.issue_id = e.issue_id
      )
)
select true from edited
"""


async def read_issue(db: WorkspaceDatabase, issue_id: UUID) -> str | None:
    """One issue as JSON text."""
    return await db.read_text(SELECT_ISSUE, id=str(issue_id))


async def read_values(db: WorkspaceDatabase) -> str:
    """The values that occur in the fields of issues, the most frequent first, as JSON text."""
    return str(await db.read_text(SELECT_VALUES))


async def edit_issue(db: WorkspaceDatabase, issue_id: UUID, changes: Mapping[str, Any], actor: str) -> bool:
    """Record a person's edits, and apply them at once; False if there is no such issue."""
    document = encode_parameters(changes)
    if not await db.transaction.fetchval(UPDATE_ISSUE, issue_id, document):
        return False
    await db.transaction.execute(INSERT_EDITS, db.workspace_id, issue_id, document, actor)
    return True


async def mark_provider(db: WorkspaceDatabase, issue_id: UUID, provider: str | None, actor: str) -> bool:
    """Record which provider caused an issue, or that none did; False if there is no such issue."""
    return bool(await db.transaction.fetchval(INSERT_PROVIDER_MARK, issue_id, provider, actor))


async def withdraw_provider_mark(db: WorkspaceDatabase, issue_id: UUID, mark_id: UUID, actor: str) -> bool:
    """Take a mark of an issue's provider back; False if there is no such mark."""
    return bool(await db.transaction.fetchval(WITHDRAW_PROVIDER_MARK, issue_id, mark_id, actor))
