"""Lists, reads and writes post-mortems and their action items."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.auth.queries.actors import select_name
from api.http.database import WorkspaceDatabase, encode_parameters
from api.listing.queries import AnyOf, Listing, Sort

MAX_DRAFTS = 20

COLUMNS = f"""
    m.postmortem_id as id, m.title, m.file_name, m.address, m.status, m.occurred_at, m.services, m.severity,
    m.pattern_ids, counted.items as item_count, counted.done as done_count, counted.claims as claim_count,
    m.uploaded_by, ({select_name("m.uploaded_by")}) as uploaded_by_name, m.uploaded_at, m.imported_at,
    m.undone_at
"""
SOURCE = """
    act.postmortem as m
    cross join lateral (
        select
            count(*) as items, count(*) filter (where i.is_done) as done,
            count(*) filter (where i.is_done and i.kind = 'fix') as claims
        from act.action_item as i
        where i.workspace_id = m.workspace_id and i.postmortem_id = m.postmortem_id
    ) as counted
"""

POSTMORTEMS = Listing(
    name="postmortems",
    columns=COLUMNS,
    source=SOURCE,
    key="m.postmortem_id",
    key_output="id",
    sorts={"uploaded_at": Sort("m.uploaded_at", "uploaded_at", "timestamptz")},
    default_sort="-uploaded_at",
    filters={
        "status": AnyOf("m.status"),
        "pattern_id": "($1 ->> 'pattern_id')::uuid = any (m.pattern_ids)",
    },
)

SELECT_ITEMS = """
    select coalesce(json_agg(json_build_object(
        'id', i.item_id, 'text', i.text, 'quote', i.quote, 'heading', i.heading, 'kind', i.kind,
        'owner', i.owner, 'due_on', i.due_on, 'tickets', i.tickets, 'is_done', i.is_done,
        'is_dropped', i.is_dropped, 'done_at', i.done_at, 'done_basis', i.done_basis,
        'is_edited', i.is_edited, 'left_at', i.left_at, 'is_claim', i.is_done and i.kind = 'fix',
        'proofs', (
            select coalesce(json_agg(json_build_object(
                'pattern_id', f.pattern_id, 'fixed_at', f.fixed_at, 'verdict', p.verdict, 'text', p.text,
                'earliest_proof_date', p.earliest_proof_date
            ) order by f.pattern_id), '[]')
            from act.fix as f
            left join act.proof as p
                on p.workspace_id = f.workspace_id and p.recommendation_id = f.recommendation_id
                and p.pattern_id = f.pattern_id
            where f.workspace_id = i.workspace_id and f.recommendation_id = i.item_id
                and f.withdrawn_at is null
        )
    ) order by i.left_at is not null, i.place, i.item_id), '[]')
    from act.action_item as i
    where i.workspace_id = m.workspace_id and i.postmortem_id = m.postmortem_id
"""

SELECT_POSTMORTEM = f"""
select row_to_json(postmortem)
from (
    select {COLUMNS}, m.statements, m.notes, ({SELECT_ITEMS}) as items, (
        select coalesce(json_agg(json_build_object('id', p.pattern_id, 'name', p.name) order by p.name), '[]')
        from detect.pattern as p
        where p.workspace_id = m.workspace_id and p.pattern_id = any (m.pattern_ids)
    ) as patterns, (
        select o.postmortem_id
        from act.postmortem as o
        where o.workspace_id = m.workspace_id and o.source = m.source and o.status = 'imported'
            and m.status = 'draft'
    ) as replaces
    from {SOURCE}
    where m.postmortem_id = ($1 ->> 'id')::uuid
) as postmortem
"""

SELECT_FAILURE = """
select json_build_object(
    'failure', m.failure, 'names', m.names, 'service', m.services[1], 'occurred_at', m.occurred_at
)
from act.postmortem as m
where m.postmortem_id = ($1 ->> 'id')::uuid
"""

SELECT_PATTERNS = """
select coalesce(json_agg(json_build_object(
    'id', p.pattern_id, 'name', p.name, 'issue_count', p.issue_count, 'last_seen_at', p.last_seen_at,
    'is_named', n.pattern_id is not null
) order by n.pattern_id is null, p.pattern_id), '[]')
from detect.pattern as p
left join (
    select distinct pattern_id
    from core.named_issues(
        app.current_workspace(), array(select jsonb_array_elements_text($1 -> 'names'))
    )
    where pattern_id is not null
    union
    select value::uuid from jsonb_array_elements_text($1 -> 'named_patterns')
) as n on n.pattern_id = p.pattern_id
where n.pattern_id is not null
    or p.pattern_id = any (array(select jsonb_array_elements_text($1 -> 'similar'))::uuid[])
"""

INSERT_POSTMORTEM = """
insert into act.postmortem (workspace_id, source, file_name, address, title, occurred_at, services, severity,
                            statements, failure, names, notes, uploaded_by, pattern_ids)
select $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11, $12, $13, coalesce((
    select pattern_ids from act.postmortem where source = $2 and status = 'imported'
), '{}')
returning postmortem_id
"""

# What is done on a day that the document does not state counts as done when it is read.
INSERT_ITEMS = """
insert into act.action_item (workspace_id, postmortem_id, item_key, place, text, quote, heading, kind, owner,
                             due_on, tickets, names, is_done, is_dropped, done_at, done_basis)
select
    w.workspace_id, $2, i.item_key, i.place, i.text, i.quote, i.heading, i.kind, i.owner, i.due_on, i.tickets,
    i.names, i.is_done, i.is_dropped,
    case when i.is_done then least(coalesce(i.done_on::timestamp at time zone w.timezone, now()), now()) end,
    case when i.is_done then case when i.done_on is null then 'reading' else 'stated' end end
from app.workspace as w
cross join jsonb_to_recordset($3::jsonb -> 'items') as i (
    item_key text, place integer, text text, quote text, heading text, kind text, owner text, due_on date,
    tickets text[], names text[], is_done boolean, is_dropped boolean, done_on date
)
where w.workspace_id = $1
"""

DELETE_DRAFTS = """
delete from act.postmortem
where status = 'draft' and (uploaded_at < now() - interval '1 day' or postmortem_id in (
    select postmortem_id from act.postmortem where status = 'draft'
    order by uploaded_at desc, postmortem_id desc offset $1
))
"""

UPDATE_POSTMORTEM = """
update act.postmortem
set title = coalesce($2, title), occurred_at = coalesce($3, occurred_at), services = coalesce($4, services),
    pattern_ids = coalesce($5, pattern_ids)
where postmortem_id = $1
"""

UPDATE_ITEM = """
update act.action_item as i
set kind = coalesce($3, i.kind), is_dropped = coalesce($6, i.is_dropped), is_edited = true,
    is_done = coalesce($4, i.is_done),
    done_at = case
        when not coalesce($4, i.is_done) then null
        when $5::date is not null then $5::date::timestamp at time zone w.timezone
        else coalesce(i.done_at, now())
    end,
    done_basis = case
        when not coalesce($4, i.is_done) then null
        when $5::date is not null or not i.is_done then 'person'
        else i.done_basis
    end
from app.workspace as w
where i.postmortem_id = $1 and i.item_id = $2 and w.workspace_id = i.workspace_id
returning true
"""

MISSING_PATTERNS = """
select id from unnest($1::uuid[]) as id
where not exists (select from detect.pattern as p where p.pattern_id = id)
"""


async def read_postmortem(db: WorkspaceDatabase, postmortem_id: UUID) -> dict[str, Any] | None:
    """One post-mortem with its items and their proofs."""
    return await db.read(SELECT_POSTMORTEM, id=str(postmortem_id))  # type: ignore[no-any-return]


async def read_failure(db: WorkspaceDatabase, postmortem_id: UUID) -> dict[str, Any] | None:
    """What it tells of the failure, and what it names."""
    return await db.read(SELECT_FAILURE, id=str(postmortem_id))  # type: ignore[no-any-return]


async def read_patterns(
    db: WorkspaceDatabase, names: Sequence[str], named_patterns: Sequence[str], similar: Sequence[str]
) -> list[dict[str, Any]]:
    """The patterns that are named, and similar ones by id."""
    read: list[dict[str, Any]] = await db.read(
        SELECT_PATTERNS, names=list(names), named_patterns=list(named_patterns), similar=list(similar)
    )
    return read


async def store_draft(db: WorkspaceDatabase, read: Mapping[str, Any], file_name: str, actor: str) -> UUID:
    """Store what was understood until it is imported; older drafts than the newest few go."""
    postmortem_id: UUID = await db.transaction.fetchval(
        INSERT_POSTMORTEM,
        db.workspace_id,
        read["source"],
        file_name,
        read["address"],
        read["title"],
        read["occurred_at"],
        read["services"],
        read["severity"],
        encode_parameters(read["statements"]),
        encode_parameters(read["failure"]),
        read["names"],
        read["notes"],
        actor,
    )
    items = encode_parameters({"items": read["items"]})
    await db.transaction.execute(INSERT_ITEMS, db.workspace_id, postmortem_id, items)
    await db.transaction.execute(DELETE_DRAFTS, MAX_DRAFTS)
    return postmortem_id


async def lock_postmortem(db: WorkspaceDatabase, postmortem_id: UUID) -> Mapping[str, Any] | None:
    """A post-mortem's source and status, locked until the request ends."""
    row: Mapping[str, Any] | None = await db.transaction.fetchrow(
        "select source, status from act.postmortem where postmortem_id = $1 for update", postmortem_id
    )
    return row


async def change_postmortem(
    db: WorkspaceDatabase,
    postmortem_id: UUID,
    *,
    title: str | None,
    occurred_at: datetime | None,
    services: list[str] | None,
    pattern_ids: list[UUID] | None,
) -> None:
    """Store what a person corrected."""
    await db.transaction.execute(UPDATE_POSTMORTEM, postmortem_id, title, occurred_at, services, pattern_ids)


async def change_item(
    db: WorkspaceDatabase,
    postmortem_id: UUID,
    item_id: UUID,
    *,
    kind: str | None,
    is_done: bool | None,
    done_on: date | None,
    is_dropped: bool | None,
) -> bool:
    """Store what a person says of an item; False: the post-mortem has no such item."""
    return bool(
        await db.transaction.fetchval(UPDATE_ITEM, postmortem_id, item_id, kind, is_done, done_on, is_dropped)
    )


async def list_missing_patterns(db: WorkspaceDatabase, pattern_ids: list[UUID]) -> list[UUID]:
    """Those of some patterns that do not exist."""
    return [row["id"] for row in await db.transaction.fetch(MISSING_PATTERNS, pattern_ids)]


async def claim_done_items(db: WorkspaceDatabase) -> None:
    """Claim what done items fix, and withdraw what they no longer do."""
    await db.transaction.execute("select act.claim_done_items($1)", db.workspace_id)


async def undo(db: WorkspaceDatabase, postmortem_id: UUID) -> None:
    """Take an import back: its claims are withdrawn."""
    await db.transaction.execute(
        "update act.postmortem set status = 'undone', undone_at = now() where postmortem_id = $1",
        postmortem_id,
    )
    await claim_done_items(db)


async def delete_draft(db: WorkspaceDatabase, postmortem_id: UUID) -> None:
    """Throw away what was not imported."""
    await db.transaction.execute(
        "delete from act.postmortem where postmortem_id = $1 and status = 'draft'", postmortem_id
    )
