"""Stores the connectors that people declare, and updates the connectors that use a changed declaration."""

from collections.abc import Mapping
from typing import Any

from api.connectors.queries import decode_documents
from api.http.database import WorkspaceDatabase, encode_parameters
from causeloop_pipeline.storage.app.connector_credentials import find_reentries

DECLARATION_COLUMNS = """
    d.name, d.title, d.written, d.updated_by, d.created_at, d.updated_at,
    (select count(*) from app.connector as c
     where c.type = 'custom_api' and c.config #>> '{declaration,name}' = d.name) as connectors
"""
SELECT_DECLARATIONS = f"""
select coalesce(json_agg(declaration order by name), '[]')
from (select {DECLARATION_COLUMNS} from app.connector_declaration as d) as declaration
"""
SELECT_DECLARATION = f"""
select row_to_json(declaration)
from (select {DECLARATION_COLUMNS} from app.connector_declaration as d where d.name = $1 ->> 'name')
    as declaration
"""
SELECT_DOCUMENTS = """
select coalesce(json_object_agg(name, document), '{}') from app.connector_declaration
"""
SELECT_DOCUMENT = "select document from app.connector_declaration where name = $1 ->> 'name'"
SELECT_FOLLOWERS = """
select workspace_id, connector_id, type, config, credential_receivers
from app.connector
where type = 'custom_api' and config #>> '{declaration,name}' = $1 and credentials is not null
order by connector_id
for update
"""
UPDATE_REENTRY = """
update app.connector
set credential_receivers = $2::jsonb, status_reason = $3,
    status = case status when 'active' then 'error' else status end
where connector_id = $1
"""
UPSERT_DECLARATION = """
insert into app.connector_declaration (workspace_id, name, title, document, written, updated_by)
values ($1, $2, $3, $4::jsonb, $5, $6)
on conflict (workspace_id, name) do update
    set title = excluded.title, document = excluded.document, written = excluded.written,
        updated_by = excluded.updated_by, updated_at = now()
"""
UPDATE_CONNECTORS = """
update app.connector set config = jsonb_set(config, '{declaration}', $2::jsonb)
where type = 'custom_api' and config #>> '{declaration,name}' = $1
"""
DELETE_DECLARATION = "delete from app.connector_declaration where name = $1 returning true"


async def read_declarations(db: WorkspaceDatabase) -> list[dict[str, Any]]:
    """All declarations of the workspace, by name."""
    return await db.read(SELECT_DECLARATIONS)  # type: ignore[no-any-return]


async def read_declaration(db: WorkspaceDatabase, name: str) -> dict[str, Any] | None:
    """One declaration."""
    return await db.read(SELECT_DECLARATION, name=name)  # type: ignore[no-any-return]


async def read_documents(db: WorkspaceDatabase) -> dict[str, Any]:
    """The documents of all declarations, by name."""
    return await db.read(SELECT_DOCUMENTS)  # type: ignore[no-any-return]


async def read_document(db: WorkspaceDatabase, name: str) -> dict[str, Any] | None:
    """The document of one declaration."""
    return await db.read(SELECT_DOCUMENT, name=name)  # type: ignore[no-any-return]


async def store_declaration(db: WorkspaceDatabase, row: Mapping[str, Any], actor: str) -> list[str]:
    """Store a declaration, and replace it in the connectors that use it.

    Returns the ids of the connectors that now have to be given their credentials again.
    """
    document = encode_parameters(row["document"])
    followers = await _read_followers(db, row["name"])
    await db.transaction.execute(
        UPSERT_DECLARATION, db.workspace_id, row["name"], row["title"], document, row["written"], actor
    )
    await db.transaction.execute(UPDATE_CONNECTORS, row["name"], document)
    reentries = find_reentries(followers, row["document"])
    for reentry in reentries:
        entered_for = encode_parameters(reentry.entered_for)
        await db.transaction.execute(UPDATE_REENTRY, reentry.connector_id, entered_for, reentry.reason)
    return [str(reentry.connector_id) for reentry in reentries]


async def _read_followers(db: WorkspaceDatabase, name: str) -> list[dict[str, Any]]:
    """The connectors of a declaration that have credentials."""
    rows = await db.transaction.fetch(SELECT_FOLLOWERS, name)
    return [decode_documents(row) for row in rows]


async def delete_declaration(db: WorkspaceDatabase, name: str) -> bool:
    """Delete a declaration; False if there is none of this name."""
    return bool(await db.transaction.fetchval(DELETE_DECLARATION, name))
