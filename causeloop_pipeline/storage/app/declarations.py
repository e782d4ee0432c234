"""Stores the connectors that people declare, and updates the connectors that use a changed declaration."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.app.connector_credentials import find_reentries
from causeloop_pipeline.storage.database.session import Session

COMMAND_LINE = "command line"
SELECT_FOLLOWERS = """
select workspace_id, connector_id, type, display_name, config, credential_receivers
from app.connector
where workspace_id = %s and type = 'custom_api' and config #>> '{declaration,name}' = %s
  and credentials is not null
order by connector_id
for update
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
UPDATE_REENTRY = """
update app.connector
set credential_receivers = %s, status_reason = %s,
    status = case status when 'active' then 'error' else status end
where workspace_id = %s and connector_id = %s
"""


def store_declaration(
    session: Session, workspace_id: UUID, document: Mapping[str, Any], written: str, by: str = COMMAND_LINE
) -> list[str]:
    """Store a declaration by its name, and replace it in the connectors that use it.

    Returns the names of the connectors that now have to be given their credentials again.
    """
    name, stored = str(document["name"]), Jsonb(dict(document))
    followers = session.rows(SELECT_FOLLOWERS, (workspace_id, name))
    session.execute(UPSERT_DECLARATION, (workspace_id, name, document["title"], stored, written, by))
    session.execute(UPDATE_CONNECTORS, (stored, workspace_id, name))
    reentries = find_reentries(followers, document)
    for reentry in reentries:
        session.execute(
            UPDATE_REENTRY, (Jsonb(reentry.entered_for), reentry.reason, workspace_id, reentry.connector_id)
        )
    names = {row["connector_id"]: str(row["display_name"]) for row in followers}
    return [names[reentry.connector_id] for reentry in reentries]
