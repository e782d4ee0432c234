"""Reads and stores who owns services, patterns and recommendations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyHolds, AnyOf, Listing, Sort
from causeloop_pipeline.model.owner import OwnedKind, OwnerSource

OWNER_OF_PATTERN = "app.owner_of_pattern(p.workspace_id, p.pattern_id, p.fingerprint)"
"""The owner of the pattern `p`, an SQL expression."""
OWNER_OF_RECOMMENDATION = "app.owner_of_recommendation(r.workspace_id, r.recommendation_id, r.pattern_ids)"
"""The owner of the recommendation `r`."""
NAMES = "{values}"
"""Where the names that are looked for stand, in the conditions below."""


def _select_items(kind: str) -> str:
    """The items of a kind that somebody of these names is set to own, an SQL array."""
    return f"array(select item from app.owner where item_kind = '{kind}' and owner = any ({NAMES}))"


# Who owns a pattern is only looked up where one of its sources names them: not for each of ten thousand.
MAY_OWN_PATTERN = f"""(
    p.fingerprint -> 'team' ->> 'value' = any ({NAMES})
    or p.fingerprint -> 'service' ->> 'value' = any ({_select_items("service")})
    or p.pattern_id::text = any ({_select_items("pattern")})
)"""
MAY_OWN_RECOMMENDATION = f"""(
    r.recommendation_id::text = any ({_select_items("recommendation")})
    or r.pattern_ids && array(select p.pattern_id from detect.pattern as p where {MAY_OWN_PATTERN})
)"""
OWNED_BY_OF_PATTERN = AnyHolds(
    f"case when {MAY_OWN_PATTERN} then {OWNER_OF_PATTERN} ->> 'name' = any ({NAMES}) else false end"
)
OWNED_BY_OF_RECOMMENDATION = AnyHolds(
    f"case when {MAY_OWN_RECOMMENDATION} then {OWNER_OF_RECOMMENDATION} ->> 'name' = any ({NAMES}) "
    "else false end"
)

OWNED_SERVICES = f"""
    select o.service
    from app.workspace as w cross join lateral app.owned_services(w.workspace_id) as o
    where o.owner = any ({NAMES})
"""
"""The services that these names own."""
OWNED_BY_OF_ISSUE = AnyHolds(
    f"i.service = any (array({OWNED_SERVICES})) or i.service is null and i.team = any ({NAMES})"
)
"""Whether the issue `i` is of a service that they own, or has none and names them as its team."""
OWNED_BY_OF_PREDICTION = AnyHolds(
    f"p.pattern_id in (select p.pattern_id from detect.pattern as p where {OWNED_BY_OF_PATTERN.condition})"
)
OWNED_BY_OF_CHANGE = AnyHolds(f"c.service = any (array({OWNED_SERVICES}))")

OWNERS = Listing(
    name="owners",
    columns="""o.owner_id as id, o.item_kind, o.item, o.owner as name, o.contact, o.repository, o.source,
        o.changed_at,
        case o.item_kind
            when 'service' then o.item
            when 'pattern' then (
                select name from detect.pattern as p
                where p.workspace_id = o.workspace_id and p.pattern_id = o.item::uuid)
            else (
                select title from act.recommendation as r
                where r.workspace_id = o.workspace_id and r.recommendation_id = o.item::uuid)
        end as title""",
    source="app.owner as o",
    key="o.owner_id",
    key_output="id",
    sorts={"changed_at": Sort("o.changed_at", "changed_at", "timestamptz")},
    default_sort="-changed_at",
    filters={
        "item_kind": AnyOf("o.item_kind"),
        "item": "o.item = ($1 ->> 'item')",
        "owner": AnyOf("o.owner"),
    },
)

SELECT_OWNER = """
select case ($1 ->> 'item_kind')
    when 'service' then app.owner_of_service(w.workspace_id, $1 ->> 'item')
    when 'pattern' then (
        select coalesce(app.owner_of_pattern(p.workspace_id, p.pattern_id, p.fingerprint), 'null'::jsonb)
        from detect.pattern as p where p.pattern_id::text = $1 ->> 'item')
    else (
        select coalesce(
            app.owner_of_recommendation(r.workspace_id, r.recommendation_id, r.pattern_ids), 'null'::jsonb)
        from act.recommendation as r where r.recommendation_id::text = $1 ->> 'item')
end
from app.workspace as w
"""

SELECT_OWNER_NAMES = """
    select name
    from (
        select owner as name from app.owner where owner is not null
        union
        select fingerprint -> 'team' ->> 'value' from detect.pattern
        where fingerprint -> 'team' ->> 'value' is not null
    ) as named
    order by name
    limit 500
"""
SELECT_NAMES = f"select json_build_object('data', array({SELECT_OWNER_NAMES}))"

SELECT_SERVICES = "select distinct service from core.issue where service is not null"

UPSERT_OWNER = """
insert into app.owner (workspace_id, item_kind, item, source, owner, contact, repository, changed_by)
select $1, $2, o.item, $3, o.owner, o.contact, o.repository, $7
from unnest($4::text[], $5::text[], $6::text[], $8::text[]) as o (item, owner, contact, repository)
on conflict (workspace_id, item_kind, item, source) do update
    set owner = excluded.owner, contact = excluded.contact, repository = excluded.repository,
        changed_by = excluded.changed_by, changed_at = now()
"""

DELETE_OWNER = "delete from app.owner where item_kind = $1 and item = $2 and source = $3"

OwnerRow = tuple[str, str | None, str | None, str | None]
"""An item, its owner, how to reach the owner, and the repository."""


async def read_owner(db: WorkspaceDatabase, item_kind: str, item: str) -> Any:
    """Who owns an item, as JSON; None where nobody does."""
    return await db.read(SELECT_OWNER, item_kind=item_kind, item=item)


async def read_names(db: WorkspaceDatabase) -> str | None:
    """The names of all owners, as JSON text."""
    return await db.read_text(SELECT_NAMES)


async def read_services(db: WorkspaceDatabase) -> list[str]:
    """The services that issues name."""
    return [row["service"] for row in await db.transaction.fetch(SELECT_SERVICES)]


async def has_item(db: WorkspaceDatabase, item_kind: OwnedKind, item: UUID) -> bool:
    """Whether the workspace has this pattern or recommendation."""
    statement = {
        OwnedKind.PATTERN: "select true from detect.pattern where pattern_id = $1",
        OwnedKind.RECOMMENDATION: "select true from act.recommendation where recommendation_id = $1",
    }[item_kind]
    return bool(await db.transaction.fetchval(statement, item))


async def store_owners(
    db: WorkspaceDatabase, item_kind: str, source: OwnerSource, actor: str, rows: Sequence[OwnerRow]
) -> None:
    """Store who owns some items, by one source."""
    items, owners, contacts, repositories = (list(column) for column in zip(*rows, strict=True))
    await db.transaction.execute(
        UPSERT_OWNER,
        db.workspace_id,
        item_kind,
        source.value,
        items,
        owners,
        contacts,
        actor,
        repositories,
    )


async def delete_owner(db: WorkspaceDatabase, item_kind: str, item: str, source: OwnerSource) -> None:
    """Delete what one source says of an item's owner."""
    await db.transaction.execute(DELETE_OWNER, item_kind, item, source.value)
