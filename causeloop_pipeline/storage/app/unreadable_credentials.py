"""Connectors whose stored credentials this installation cannot decrypt: set aside, so that others go on."""

from collections.abc import Sequence
from uuid import UUID

from causeloop_pipeline.storage.app.connectors import CREDENTIALS
from causeloop_pipeline.storage.app.vault import SecretError, Vault
from causeloop_pipeline.storage.database.session import Session

READ = """
select workspace_id, connector_id, credentials
from app.connector
where type = %s and status = 'active' and workspace_id = any (%s)
order by workspace_id, connector_id
"""


def set_aside_unreadable(
    session: Session, vault: Vault, connector_type: str, workspace_ids: Sequence[UUID]
) -> list[UUID]:
    """Put the connectors with undecipherable credentials into `error`; their ids."""
    found = []
    for row in session.rows(READ, (connector_type, list(workspace_ids))):
        try:
            vault.open(row["credentials"], row["workspace_id"], row["connector_id"], CREDENTIALS)
        except SecretError as failure:
            found.append(row["connector_id"])
            session.execute(
                "update app.connector set status = 'error', status_reason = %s "
                "where workspace_id = %s and connector_id = %s",
                (f"{failure}; enter the credentials again", row["workspace_id"], row["connector_id"]),
            )
    return found
