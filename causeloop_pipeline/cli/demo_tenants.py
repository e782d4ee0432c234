"""Loads the demo's tenants into a database; repeating it changes nothing."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import psycopg
from psycopg.types.json import Jsonb

from causeloop_pipeline.cli.demo_alerts import store_demo_alerts
from causeloop_pipeline.cli.demo_owners import store_demo_owners
from causeloop_pipeline.cli.demo_people import DEMO_OFF
from causeloop_pipeline.cli.demo_slack import store_demo_slack
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.demo.accounts import Account, list_accounts
from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.server import load_epoch
from causeloop_pipeline.demo.tenants import (
    BACKFILL_DAYS,
    DEMO_PASSWORD,
    ORGANIZATIONS,
    POLL_INTERVAL_SECONDS,
    USERS,
)
from causeloop_pipeline.storage.app.connector_credentials import find_stored_receivers, seal_credentials
from causeloop_pipeline.storage.app.connectors import WEBHOOK_SECRETS, NewConnector, create_connector
from causeloop_pipeline.storage.app.tenants import (
    add_member,
    create_organization,
    create_service_key,
    create_user,
    create_workspace,
)
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Session

UPDATE_CONNECTOR = """
update app.connector
set credentials = case when config = %(config)s then credentials else %(credentials)s end,
    credential_receivers = case when config = %(config)s then credential_receivers else %(receivers)s end,
    status = case
        when config = %(config)s and status_reason is distinct from %(demo_off)s then status
        else 'active'
    end,
    status_reason = case when config = %(config)s then nullif(status_reason, %(demo_off)s) end,
    webhook_secrets = coalesce(webhook_secrets, %(webhook_secrets)s),
    config = %(config)s
where workspace_id = %(workspace_id)s and connector_id = %(connector_id)s
"""
KEYS_FILE = "demo_keys.json"
KEY_NAME = "demo"


@dataclass(frozen=True)
class DemoTenants:
    """The demo in the database: ids of workspaces and of their analysts by slug, the file of service keys."""

    workspace_ids: dict[str, UUID]
    keys_path: Path
    analysts: dict[str, UUID]
    organizations: int = len(ORGANIZATIONS)

    @property
    def workspaces(self) -> int:
        """How many workspaces there are."""
        return len(self.workspace_ids)


def load_demo_tenants(
    owner_url: str, vault: Vault, demo_url: str, state_dir: Path, api_url: str | None = None
) -> DemoTenants:
    """Create what is missing; existing connectors get the demo server's current address.

    `api_url` is where the demo's Slack sends clicks; None: no Slack is set up.
    """
    load_epoch(state_dir, datetime.now(UTC).date())
    with psycopg.connect(owner_url) as owner:
        ids = _create_workspaces(owner)
        analysts = _create_users(owner, ids)
        for account in list_accounts(demo_url):
            _create_connector(owner, vault, ids[account.workspace], account)
        scope = "{" + ",".join(map(str, ids.values())) + "}"
        owner.execute("select set_config('causeloop.scope', %s, true)", (scope,))
        store_demo_alerts(owner, vault, ids, analysts, demo_url)
        store_demo_owners(owner, ids, analysts)
        if api_url is not None:
            store_demo_slack(owner, vault, ids, analysts, state_dir, api_url)
        keys = _create_service_keys(owner, ids, _read_keys(state_dir))
    _write_keys(state_dir / KEYS_FILE, keys)
    return DemoTenants(ids, state_dir / KEYS_FILE, analysts)


def _create_workspaces(owner: psycopg.Connection) -> dict[str, UUID]:
    organizations = {
        demo.slug: create_organization(owner, demo.slug, demo.name, demo.plan, demo.seats)
        for demo in ORGANIZATIONS
    }
    return {
        slug: create_workspace(owner, organizations[demo.organization], slug, demo.name, demo.timezone)
        for slug, demo in read_demo_workspaces().items()
    }


def _create_users(owner: psycopg.Connection, ids: dict[str, UUID]) -> dict[str, UUID]:
    """Create the demo's people; the analyst of each workspace."""
    from argon2 import PasswordHasher

    analysts: dict[str, UUID] = {}
    hashed = PasswordHasher().hash(DEMO_PASSWORD)
    for user in USERS:
        user_id = create_user(owner, user.email, user.name, hashed)
        for slug, workspace in read_demo_workspaces().items():
            if workspace.organization == user.organization:
                add_member(owner, ids[slug], user_id, user.role)
                if user.role == "analyst":
                    analysts[slug] = user_id
    return analysts


def _create_connector(owner: psycopg.Connection, vault: Vault, workspace_id: UUID, account: Account) -> None:
    connector_id = uuid5(workspace_id, account.tool)
    # Credentials are sealed for their address, so they are sealed again when it changes.
    row = {
        "workspace_id": workspace_id,
        "connector_id": connector_id,
        "type": account.tool,
        "config": account.config,
    }
    sealed, receivers = seal_credentials(vault, account.credentials, row), Jsonb(find_stored_receivers(row))
    changed = {**row, "config": Jsonb(account.config), "credentials": sealed, "receivers": receivers}
    changed["demo_off"] = DEMO_OFF
    secrets = {"current": f"{account.token}-webhook"}
    changed["webhook_secrets"] = vault.seal(secrets, workspace_id, connector_id, WEBHOOK_SECRETS)
    updated = owner.execute(UPDATE_CONNECTOR, changed)
    if not updated.rowcount:
        create_connector(
            Session(owner),  # type: ignore[arg-type]
            vault,
            NewConnector(
                workspace_id=workspace_id,
                connector_id=connector_id,
                connector_type=account.tool,
                display_name=f"{CONNECTORS[account.tool].title} (demo)",
                config=account.config,
                credentials=account.credentials,
                webhook_secrets=secrets,
                poll_interval_seconds=POLL_INTERVAL_SECONDS,
                backfill_days=BACKFILL_DAYS,
            ),
        )


def _create_service_keys(
    owner: psycopg.Connection, ids: dict[str, UUID], existing: dict[str, str]
) -> dict[str, str]:
    """Create missing service keys: keys are shown once, so one absent from file or database is replaced."""
    return {
        slug: existing[slug]
        if slug in existing and _is_live(owner, workspace_id, existing[slug])
        else create_service_key(owner, workspace_id, KEY_NAME, "admin")
        for slug, workspace_id in ids.items()
    }


def _is_live(owner: psycopg.Connection, workspace_id: UUID, key: str) -> bool:
    parts = key.split("_", 3)
    row = owner.execute(
        "select 1 from app.service_account "
        "where workspace_id = %s and service_account_id = %s and revoked_at is null",
        (workspace_id, UUID(parts[2])),
    ).fetchone()
    return row is not None


def _read_keys(state_dir: Path) -> dict[str, str]:
    path = state_dir / KEYS_FILE
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _write_keys(path: Path, keys: dict[str, str]) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys, indent=2, sort_keys=True))
    draft.replace(path)
