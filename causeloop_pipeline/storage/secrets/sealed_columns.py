"""The columns that hold secrets under the master key, and how a value is rewrapped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from causeloop_pipeline.storage.app.connector_credentials import (
    CREDENTIALS,
    open_credentials,
    seal_credentials,
)
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS
from causeloop_pipeline.storage.notify.slack_apps import SLACK_SECRETS

SELECT_SEALED_ROWS = "select workspace_id, {key} as id from {table} where {column} is not null order by 1, 2"
SELECT_SEALED_ROW = """
select *, {column} as sealed from {table}
where workspace_id = %s and {key} = %s and {column} is not null
for update
"""
UPDATE_SEALED_ROW = "update {table} set {column} = %s where workspace_id = %s and {key} = %s"


@dataclass(frozen=True)
class SealedColumn:
    """A column of encrypted values, and the purpose that they are bound to."""

    table: str
    key: str
    column: str
    purpose: str

    def fill(self, statement: str) -> sql.Composed:
        """A statement with the names of this column."""
        return sql.SQL(statement).format(
            table=sql.Identifier(*self.table.split(".")),
            key=sql.Identifier(self.key),
            column=sql.Identifier(self.column),
        )


SEALED_COLUMNS = (
    SealedColumn("app.connector", "connector_id", "credentials", CREDENTIALS),
    SealedColumn("app.connector", "connector_id", "webhook_secrets", WEBHOOK_SECRETS),
    SealedColumn("notify.alert_rule", "alert_rule_id", "channel_secrets", CHANNEL_SECRETS),
    SealedColumn("notify.slack_app", "workspace_id", "secrets", SLACK_SECRETS),
)
"""Responses to an Idempotency-Key are not among them: they are deleted within a day."""


@dataclass(frozen=True)
class SealedRow:
    """The place of one encrypted value."""

    column: SealedColumn
    workspace_id: UUID
    id: UUID


def list_sealed_rows(database: Database) -> Iterator[SealedRow]:
    """Every stored secret of every workspace."""
    for column in SEALED_COLUMNS:
        with database.every_workspace() as session:
            rows = session.connection.execute(column.fill(SELECT_SEALED_ROWS)).fetchall()
        yield from (SealedRow(column, row["workspace_id"], row["id"]) for row in rows)


def rewrap_row(session: Session, vault: Vault, place: SealedRow) -> bool:
    """Wrap one value's key with the vault's master key unless it is already; whether it was changed."""
    key = (place.workspace_id, place.id)
    row = session.connection.execute(place.column.fill(SELECT_SEALED_ROW), key).fetchone()
    if row is None or vault.is_current(row["sealed"]):
        return False
    wrapped = vault.rewrap(row["sealed"], *key, place.column.purpose)
    if wrapped is None:
        wrapped = _seal_again(vault, place, row)
    session.connection.execute(place.column.fill(UPDATE_SEALED_ROW), (wrapped, *key))
    return True


def _seal_again(vault: Vault, place: SealedRow, row: Mapping[str, Any]) -> bytes:
    """Seal a value of an earlier version in an envelope."""
    if place.column.purpose == CREDENTIALS:
        return seal_credentials(vault, open_credentials(vault, row), row)
    key = (place.workspace_id, place.id, place.column.purpose)
    return vault.seal(vault.open(row["sealed"], *key), *key)
