"""Stores the connectors that people declare, and updates the connectors that use a changed declaration."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.database.session import Session

COMMAND_LINE = "command line"
SELECT_FOLLOWERS = """
select d.document ->> 'base_url' as base_url, exists (
    select from app.connector as c
    where c.workspace_id = d.workspace_id and c.type = 'custom_api'
      and c.config #>> '{declaration,name}' = d.name and c.credentials is not null
) as has_credentials
from app.connector_declaration as d
where d.workspace_id = %s and d.name = %s
"""
UPSERT_DECLARATION = """
insert into app.connector_declaration (workspace_id, name, title, document, written, updated_by)
values (%s, %s, %s, %s, %s, %s)
on conflict (workspace_id, name) do update
    set title = excluded.title, document = excluded.document, written = excluded.written,
        updated_by = excluded.updated_by, updated_at = now()
"""
UPDATE_CONNECTORS = """
update app.connector set config = jsonb_set(config, '{declaration}', %s)
where workspace_id = %s and type = 'custom_api' and config #>> '{declaration,name}' = %s
"""


class DeclarationInUseError(RuntimeError):
    """Connectors hold credentials for the declaration's present address."""


def store_declaration(
    session: Session, workspace_id: UUID, document: Mapping[str, Any], written: str, by: str = COMMAND_LINE
) -> None:
    """Store a declaration by its name, and replace it in the connectors that use it."""
    name = str(document["name"])
    before = session.row(SELECT_FOLLOWERS, (workspace_id, name))
    if before and before["has_credentials"] and before["base_url"] != document.get("base_url"):
        raise DeclarationInUseError(
            f"connectors of {name} hold credentials for {before['base_url']}: store the declaration under "
            "another name, or delete those connectors first"
        )
    stored = Jsonb(dict(document))
    session.execute(UPSERT_DECLARATION, (workspace_id, name, document["title"], stored, written, by))
    session.execute(UPDATE_CONNECTORS, (stored, workspace_id, name))
