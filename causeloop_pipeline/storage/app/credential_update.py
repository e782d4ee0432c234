"""Stores credentials again, sealed for those who receive them by the present configuration."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.app.connector_credentials import find_stored_receivers, seal_credentials
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Session

UPDATE_CREDENTIALS = """
update app.connector set credentials = %s, credential_receivers = %s
where workspace_id = %s and connector_id = %s
"""


def store_credentials(
    session: Session, vault: Vault, row: Mapping[str, Any], credentials: Mapping[str, str]
) -> None:
    """Encrypt the credentials of a row for those who receive them by its present configuration."""
    sealed, receivers = seal_credentials(vault, credentials, row), Jsonb(find_stored_receivers(row))
    session.execute(UPDATE_CREDENTIALS, (sealed, receivers, row["workspace_id"], row["connector_id"]))
