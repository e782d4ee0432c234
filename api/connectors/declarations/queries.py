"""Stores the connectors that people declare, and updates the connectors that use a changed declaration."""

from collections.abc import Mapping
from typing import Any

from api.http.database import WorkspaceDatabase, encode_parameters

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
SELECT_HAS_CREDENTIALS = """
select to_json(exists (
    select from app.connector
    where type = 'custom_api' and config #>> '{declaration,name}' = $1 ->> 'name' and credentials is not null
))
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


async def has_credentials(db: WorkspaceDatabase, name: str) -> bool:
    """Whether a connector of the declaration has stored credentials."""
    return bool(await db.read(SELECT_HAS_CREDENTIALS, name=name))


async def store_declaration(db: WorkspaceDatabase, row: Mapping[str, Any], actor: str) -> None:
    """Store a declaration, and replace it in the connectors that use it."""
    document = encode_parameters(row["document"])
    await db.transaction.execute(
        UPSERT_DECLARATION, db.workspace_id, row["name"], row["title"], document, row["written"], actor
    )
    await db.transaction.execute(UPDATE_CONNECTORS, row["name"], document)


async def delete_declaration(db: WorkspaceDatabase, name: str) -> bool:
    """Delete a declaration; False if there is none of this name."""
    return bool(await db.transaction.fetchval(DELETE_DECLARATION, name))
