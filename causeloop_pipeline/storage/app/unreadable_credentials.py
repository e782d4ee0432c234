"""Disables connectors whose stored credentials cannot be decrypted, so that the others go on."""

from collections.abc import Sequence
from uuid import UUID

from causeloop_pipeline.storage.app.connector_credentials import OtherReceiversError, open_credentials
from causeloop_pipeline.storage.app.vault import SecretError, Vault
from causeloop_pipeline.storage.database.session import Session

SELECT_CREDENTIALS = """
select workspace_id, connector_id, type, config, credentials, credential_receivers
from app.connector
where type = %s and status = 'active' and workspace_id = any (%s)
order by workspace_id, connector_id
"""


def disable_unreadable_connectors(
    session: Session, vault: Vault, connector_type: str, workspace_ids: Sequence[UUID]
) -> list[UUID]:
    """Set the status of connectors whose credentials cannot be decrypted to `error`; their ids."""
    disabled = []
    for row in session.rows(SELECT_CREDENTIALS, (connector_type, list(workspace_ids))):
        try:
            open_credentials(vault, row)
        except SecretError as failure:
            disabled.append(row["connector_id"])
            session.execute(
                "update app.connector set status = 'error', status_reason = %s "
                "where workspace_id = %s and connector_id = %s",
                (_advise(failure), row["workspace_id"], row["connector_id"]),
            )
    return disabled


def _advise(failure: SecretError) -> str:
    """The cause and what to do, which a failure for other receivers already says."""
    is_advice = isinstance(failure, OtherReceiversError)
    return str(failure) if is_advice else f"{failure}; enter the credentials again"
