"""Connectors as configured: which are due, what they need to run, and how each sync went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.raw.records import LandingCount

CREDENTIALS, WEBHOOK_SECRETS = "credentials", "webhook_secrets"
LONGEST_WAIT = timedelta(days=1)

DUE = """
select workspace_id, connector_id, type
from app.connector
where status = 'active' and next_poll_at <= now()
order by next_poll_at, connector_id
limit %s
"""

READ = """
select workspace_id, connector_id, type, display_name, config, credentials, cursor, backfill_days
from app.connector
where type = %s and status = 'active' and (next_poll_at <= now() or connector_id = any (%s))
order by workspace_id, connector_id
"""

READ_ONE = """
select workspace_id, connector_id, type, display_name, config, credentials, cursor, backfill_days
from app.connector
where workspace_id = %s and connector_id = %s and status = 'active'
"""

OPEN_ISSUES = """
select external_id
from core.issue
where workspace_id = %s and source = %s and connector_id = %s and status in ('open', 'in_loop', 'mitigating')
order by source_updated_at desc
limit %s
"""


@dataclass(frozen=True)
class DueConnector:
    """A connector whose time to poll has come."""

    workspace_id: UUID
    connector_id: UUID
    type: str


@dataclass(frozen=True)
class ConfiguredConnector:
    """All that a poll needs; credentials stay out of its printed form."""

    workspace_id: UUID
    connector_id: UUID
    type: str
    display_name: str
    config: Mapping[str, Any]
    credentials: Mapping[str, str] = field(repr=False)
    cursor: Mapping[str, Any] | None
    backfill_days: int


def due_connectors(session: Session, limit: int = 10_000) -> list[DueConnector]:
    """The connectors that should be polled now, longest waiting first."""
    return [DueConnector(**row) for row in session.rows(DUE, (limit,))]


def read_connectors(
    session: Session, vault: Vault, connector_type: str, requested: Sequence[UUID] = ()
) -> list[ConfiguredConnector]:
    """The active connectors of a type that are due or asked for, in the session's workspaces."""
    rows = session.rows(READ, (connector_type, list(requested)))
    return [_configured(row, vault) for row in rows]


def read_active_connector(
    session: Session, vault: Vault, workspace_id: UUID, connector_id: UUID
) -> ConfiguredConnector | None:
    """One connector, unless it is paused, in error or gone."""
    row = session.row(READ_ONE, (workspace_id, connector_id))
    return _configured(row, vault) if row else None


def open_external_ids(session: Session, connector: ConfiguredConnector, limit: int = 500) -> list[str]:
    """What this connector brought that is still open: a list filtered by creation never shows it close."""
    rows = session.rows(OPEN_ISSUES, (connector.workspace_id, connector.type, connector.connector_id, limit))
    return [row["external_id"] for row in rows]


def start_sync(session: Session, connector: ConfiguredConnector, run_id: str | None) -> UUID:
    """Open a line in the sync-run history."""
    row = session.row(
        "insert into app.sync_run (workspace_id, connector_id, run_id) values (%s, %s, %s) "
        "returning sync_run_id",
        (connector.workspace_id, connector.connector_id, run_id),
    )
    return UUID(str(row["sync_run_id"] if row else None))


def finish_sync(
    session: Session,
    connector: ConfiguredConnector,
    sync_run_id: UUID,
    count: LandingCount,
    pages: int,
    error: str | None = None,
    retry_after: timedelta | None = None,
) -> None:
    """Close the line, and set the time of the next poll: after the wait that the tool asked for, if any."""
    session.execute(
        """
        update app.sync_run
        set finished_at = now(), status = %s, pages = %s, rows_read = %s, rows_new = %s, rows_updated = %s,
            rows_duplicate = %s, rows_quarantined = %s, error = %s
        where workspace_id = %s and sync_run_id = %s
        """,
        (
            "failed" if error else "succeeded",
            pages,
            count.read,
            count.new,
            count.updated,
            count.duplicate,
            count.quarantined,
            error,
            connector.workspace_id,
            sync_run_id,
        ),
    )
    wait = None if retry_after is None else min(retry_after, LONGEST_WAIT)
    session.execute(
        "update app.connector "
        "set next_poll_at = now() + coalesce(%s, make_interval(secs => poll_interval_seconds)) "
        "where workspace_id = %s and connector_id = %s",
        (wait, connector.workspace_id, connector.connector_id),
    )
    if not error:
        _complete_first_sync(session, connector.workspace_id)


def mark_error(session: Session, connector: ConfiguredConnector, reason: str) -> None:
    """Silence a connector until a person mends what the reason names."""
    session.execute(
        "update app.connector set status = 'error', status_reason = %s "
        "where workspace_id = %s and connector_id = %s",
        (reason, connector.workspace_id, connector.connector_id),
    )


def create_connector(
    session: Session,
    vault: Vault,
    *,
    workspace_id: UUID,
    connector_id: UUID,
    connector_type: str,
    display_name: str,
    config: Mapping[str, Any],
    credentials: Mapping[str, str],
    webhook_secrets: Mapping[str, str] | None = None,
    poll_interval_seconds: int = 1800,
    backfill_days: int = 90,
) -> None:
    """Store a connector; its secrets are sealed for this very row."""
    session.execute(
        """
        insert into app.connector (workspace_id, connector_id, type, display_name, config, credentials,
                                   webhook_secrets, poll_interval_seconds, backfill_days)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        (
            workspace_id,
            connector_id,
            connector_type,
            display_name,
            Jsonb(dict(config)),
            vault.seal(credentials, workspace_id, connector_id, CREDENTIALS),
            vault.seal(webhook_secrets or {}, workspace_id, connector_id, WEBHOOK_SECRETS),
            poll_interval_seconds,
            backfill_days,
        ),
    )


def _configured(row: dict[str, Any], vault: Vault) -> ConfiguredConnector:
    sealed = row.pop("credentials")
    opened = vault.open(sealed, row["workspace_id"], row["connector_id"], CREDENTIALS)
    return ConfiguredConnector(credentials=opened, **row)


def _complete_first_sync(session: Session, workspace_id: UUID) -> None:
    """The set-up wizard follows what really happened."""
    session.execute(
        """
        update app.onboarding_state
        set completed_steps = completed_steps || array['connect_source', 'first_sync'],
            current_step = case when current_step in ('create_workspace', 'connect_source', 'first_sync')
                                then 'invite_members' else current_step end
        where workspace_id = %s and not 'first_sync' = any (completed_steps)
        """,
        (workspace_id,),
    )
