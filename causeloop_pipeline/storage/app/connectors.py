"""Configured connectors: which are due to be polled, what a poll needs, and the history of syncs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.connectors.declared.declaration import name_source
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.sites import Neighbor, choose_site, list_kin, list_other_sources
from causeloop_pipeline.model.issue import OPEN_STATUSES
from causeloop_pipeline.model.plans import is_plan_enough, list_plans_from
from causeloop_pipeline.model.tenancy import SetupStep
from causeloop_pipeline.storage.app.connector_credentials import (
    RECEIVERS,
    find_stored_receivers,
    open_credentials,
    seal_credentials,
)
from causeloop_pipeline.storage.app.credential_update import store_credentials
from causeloop_pipeline.storage.app.sync_progress import SyncProgress, store_progress
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.database.sql_values import quote_values
from causeloop_pipeline.storage.raw.records import Origin

WEBHOOK_SECRETS = "webhook_secrets"
MAX_WAIT = timedelta(days=1)

SELECT_DUE = """
select c.workspace_id, c.connector_id, c.type, w.plan
from app.connector as c
join app.active_workspace as w using (workspace_id)
where c.status = 'active' and not c.is_push_only and c.next_poll_at <= now()
order by c.next_poll_at, c.connector_id
limit %s
"""

SELECT_CONNECTORS = """
select c.workspace_id, c.connector_id, c.type, c.display_name, c.config, c.credentials,
       c.credential_receivers, c.cursor, c.backfill_days, c.failed_syncs, c.site, c.source
from app.connector as c
join app.active_workspace as w using (workspace_id)
where c.type = %s and w.plan = any (%s) and c.status = 'active' and not c.is_push_only
  and (c.next_poll_at <= now() or c.connector_id = any (%s))
order by c.workspace_id, c.connector_id
"""

SELECT_CONNECTOR = """
select workspace_id, connector_id, type, display_name, config, credentials,
       credential_receivers, cursor, backfill_days, failed_syncs, site, source
from app.connector
where workspace_id = %s and connector_id = %s and status = 'active'
"""

SELECT_CREDENTIALS = """
select workspace_id, connector_id, type, config, credentials, credential_receivers
from app.connector
where workspace_id = %s and connector_id = %s and credentials is not null
for update
"""

SELECT_OPEN_ISSUES = f"""
select external_id
from core.issue
where workspace_id = %s and source = any (%s) and site = %s and connector_id = %s
    and status in ({quote_values(OPEN_STATUSES)})
group by external_id
order by max(source_updated_at) desc
limit %s
"""

# A failing connector is retried less and less often, down to every six hours, across restarts.
UPDATE_NEXT_POLL = """
update app.connector
set failed_syncs = case when %s then failed_syncs + 1 else 0 end,
    next_poll_at = now() + coalesce(
        %s,
        make_interval(secs => greatest(
            poll_interval_seconds,
            case when %s then least(poll_interval_seconds * 2 ^ least(failed_syncs, 16), 21600) else 0 end
        ))
    )
where workspace_id = %s and connector_id = %s
"""

INSERT_SYNC = """
insert into app.sync_run (workspace_id, connector_id, run_id, reads_from)
select %s, %s, %s, case when not exists (
    select from app.sync_run where workspace_id = %s and connector_id = %s and status = 'succeeded'
) then now() - make_interval(days => %s) end
returning sync_run_id
"""

INSERT_CONNECTOR = """
insert into app.connector (workspace_id, connector_id, type, display_name, config, credentials,
                           credential_receivers, webhook_secrets, poll_interval_seconds, backfill_days, site,
                           source)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""

SELECT_NEIGHBORS = """
select type, config, site from app.connector where workspace_id = %s and type = any (%s)
order by created_at, connector_id
"""


@dataclass(frozen=True)
class DueConnector:
    """A connector that is due to be polled."""

    workspace_id: UUID
    connector_id: UUID
    type: str


@dataclass(frozen=True)
class PolledConnector:
    """Everything that a poll needs; credentials are left out of its repr."""

    workspace_id: UUID
    connector_id: UUID
    type: str
    display_name: str
    config: Mapping[str, Any]
    credentials: Mapping[str, str] = field(repr=False)
    cursor: Mapping[str, Any] | None
    backfill_days: int
    failed_syncs: int = 0
    """How many syncs in a row have failed."""
    site: str = ""
    """The one tool, of all those of its type, whose ids its records bear."""
    source: str | None = None
    """What its issues have as their source, where that is not the type."""

    @property
    def origin(self) -> Origin:
        """Whose records a sync lands."""
        return Origin(self.connector_id, self.site, self.source, self.type)


@dataclass(frozen=True, kw_only=True)
class NewConnector:
    """A connector to be created; secrets are left out of its repr."""

    workspace_id: UUID
    connector_id: UUID
    connector_type: str
    display_name: str
    config: Mapping[str, Any]
    credentials: Mapping[str, str] = field(repr=False)
    webhook_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    poll_interval_seconds: int = 1800
    backfill_days: int = 90


def read_due_connectors(session: Session, limit: int = 10_000) -> list[DueConnector]:
    """The connectors that are due to be polled now, the longest waiting first.

    One whose type the plan does not include waits until it does.
    """
    rows = session.rows(SELECT_DUE, (limit,))
    return [
        DueConnector(row["workspace_id"], row["connector_id"], row["type"])
        for row in rows
        if CONNECTORS[row["type"]].is_polled and is_plan_enough(row["plan"], CONNECTORS[row["type"]].plan)
    ]


def read_connectors(
    session: Session, vault: Vault, connector_type: str, requested: Sequence[UUID] = ()
) -> list[PolledConnector]:
    """The active connectors of a type that are due or requested, in workspaces whose plan includes it."""
    plans = list_plans_from(CONNECTORS[connector_type].plan)
    rows = session.rows(SELECT_CONNECTORS, (connector_type, plans, list(requested)))
    return [_open_connector(session, row, vault) for row in rows]


def list_connectors(session: Session, connector_type: str) -> list[UUID]:
    """The connectors of a type that are not paused or stopped, due or not."""
    rows = session.rows(
        "select connector_id from app.connector where type = %s and status = 'active' and not is_push_only",
        (connector_type,),
    )
    return [row["connector_id"] for row in rows]


def read_active_connector(
    session: Session, vault: Vault, workspace_id: UUID, connector_id: UUID
) -> PolledConnector | None:
    """One connector, unless it is paused, in error or deleted."""
    row = session.row(SELECT_CONNECTOR, (workspace_id, connector_id))
    return _open_connector(session, row, vault) if row else None


def read_open_external_ids(session: Session, connector: PolledConnector, limit: int = 500) -> list[str]:
    """The external ids of a connector's open issues, which a poll by creation date never shows closed."""
    sources = [connector.source or connector.type, *list_other_sources(CONNECTORS[connector.type])]
    key = (connector.workspace_id, sources, connector.site, connector.connector_id)
    return [row["external_id"] for row in session.rows(SELECT_OPEN_ISSUES, (*key, limit))]


def start_sync(session: Session, connector: PolledConnector, run_id: str | None) -> UUID:
    """Insert a sync run."""
    key = (connector.workspace_id, connector.connector_id)
    row = session.row(INSERT_SYNC, (*key, run_id, *key, connector.backfill_days))
    return UUID(str(row["sync_run_id"] if row else None))


def finish_sync(
    session: Session,
    connector: PolledConnector,
    sync_run_id: UUID,
    progress: SyncProgress,
    error: str | None = None,
    retry_after: timedelta | None = None,
) -> None:
    """Finish a sync run, and set the time of the next poll.

    That is after the tool's Retry-After, if it sent one; otherwise consecutive failures double the wait.
    """
    store_progress(session, connector.workspace_id, sync_run_id, progress)
    session.execute(
        "update app.sync_run set finished_at = now(), status = %s, error = %s "
        "where workspace_id = %s and sync_run_id = %s",
        ("failed" if error else "succeeded", error, connector.workspace_id, sync_run_id),
    )
    wait = None if retry_after is None else min(retry_after, MAX_WAIT)
    is_failed = error is not None
    session.execute(
        UPDATE_NEXT_POLL, (is_failed, wait, is_failed, connector.workspace_id, connector.connector_id)
    )
    if not error:
        steps = [SetupStep.CONNECT_SOURCE, SetupStep.FIRST_SYNC]
        session.execute(
            "select app.complete_steps(%s, %s, %s)", (connector.workspace_id, steps, list(SetupStep))
        )


def mark_error(session: Session, connector: PolledConnector, reason: str) -> None:
    """Stop polling a connector until a user fixes what the reason names."""
    session.execute(
        "update app.connector set status = 'error', status_reason = %s "
        "where workspace_id = %s and connector_id = %s",
        (reason, connector.workspace_id, connector.connector_id),
    )


def create_connector(session: Session, vault: Vault, new: NewConnector) -> None:
    """Store a connector; its secrets are encrypted for this row only."""
    row = (new.workspace_id, new.connector_id)
    connector = {
        "workspace_id": new.workspace_id,
        "connector_id": new.connector_id,
        "type": new.connector_type,
        "config": new.config,
    }
    session.execute(
        INSERT_CONNECTOR,
        (
            *row,
            new.connector_type,
            new.display_name,
            Jsonb(dict(new.config)),
            seal_credentials(vault, new.credentials, connector),
            Jsonb(find_stored_receivers(connector)),
            vault.seal(new.webhook_secrets, *row, WEBHOOK_SECRETS),
            new.poll_interval_seconds,
            new.backfill_days,
            _choose_site(session, new),
            name_source(new.config),
        ),
    )


def _choose_site(session: Session, new: NewConnector) -> str:
    rows = session.rows(SELECT_NEIGHBORS, (new.workspace_id, list_kin(new.connector_type)))
    neighbors = [Neighbor(row["type"], row["config"], row["site"]) for row in rows]
    return choose_site(CONNECTORS[new.connector_type], new.config, new.connector_id, neighbors)


def replace_credential(
    session: Session, vault: Vault, connector: PolledConnector, name: str, value: str
) -> None:
    """Encrypt and store a credential that the tool has replaced, keeping the others as stored."""
    row = session.row(SELECT_CREDENTIALS, (connector.workspace_id, connector.connector_id))
    if row is not None:
        store_credentials(session, vault, row, {**open_credentials(vault, row), name: value})


def _open_connector(session: Session, row: dict[str, Any], vault: Vault) -> PolledConnector:
    credentials = open_credentials(vault, row)
    if credentials and row[RECEIVERS] is None:  # sealed by an earlier version for a single address
        store_credentials(session, vault, row, credentials)
    opened = {name: value for name, value in row.items() if name != RECEIVERS}
    return PolledConnector(**opened | {"credentials": credentials})
