"""Creates organizations, workspaces, users, memberships and service accounts, as the installation's owner."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

import psycopg

from causeloop_pipeline.storage.database.session import Database

KEY_PREFIX, PERSONAL_KEY_PREFIX = "cl", "clu"


@dataclass(frozen=True)
class Workspace:
    """A workspace as the scheduler knows it."""

    workspace_id: UUID
    organization: str
    slug: str
    timezone: str


def create_organization(owner: psycopg.Connection, slug: str, name: str, plan: str, seats: int) -> UUID:
    """Create an organization, or return the one with that slug."""
    return _insert_returning_id(
        owner,
        """
        insert into app.organization (slug, name, plan, seats_total) values (%s, %s, %s, %s)
        on conflict (slug) do update set name = excluded.name returning organization_id
        """,
        (slug, name, plan, seats),
    )


def create_workspace(
    owner: psycopg.Connection, organization_id: UUID, slug: str, name: str, timezone: str
) -> UUID:
    """Create a workspace with its settings and setup state, or return the one with that slug."""
    workspace_id = _insert_returning_id(
        owner,
        """
        insert into app.workspace (organization_id, slug, name, timezone) values (%s, %s, %s, %s)
        on conflict (organization_id, slug) do update set name = excluded.name returning workspace_id
        """,
        (organization_id, slug, name, timezone),
    )
    for table in ("app.workspace_settings", "app.onboarding_state"):
        owner.execute(
            f"insert into {table} (workspace_id) values (%s) on conflict do nothing", (workspace_id,)
        )
    return workspace_id


def create_user(owner: psycopg.Connection, email: str, name: str, password_hash: str | None = None) -> UUID:
    """Create a user whose address the operator vouches for, or return the one with that e-mail address."""
    user_id = _insert_returning_id(
        owner,
        """
        insert into app.users (email, name, proven_at) values (lower(%s), %s, now())
        on conflict (email) do update set name = excluded.name returning user_id
        """,
        (email, name),
    )
    if password_hash is not None:
        owner.execute(
            "insert into app.user_password (user_id, password_hash) values (%s, %s) on conflict do nothing",
            (user_id, password_hash),
        )
    return user_id


def add_member(owner: psycopg.Connection, workspace_id: UUID, user_id: UUID, role: str) -> None:
    """Give a user a role in a workspace."""
    owner.execute(
        """
        insert into app.membership (workspace_id, user_id, role) values (%s, %s, %s)
        on conflict (workspace_id, user_id) do update set role = excluded.role, status = 'active'
        """,
        (workspace_id, user_id, role),
    )


def create_service_key(owner: psycopg.Connection, workspace_id: UUID, name: str, role: str) -> str:
    """Create a service account; returns its key, which is never shown again."""
    secret = secrets.token_urlsafe(32)
    account_id = _insert_returning_id(
        owner,
        """
        insert into app.service_account (workspace_id, name, role, key_hash) values (%s, %s, %s, %s)
        returning service_account_id
        """,
        (workspace_id, name, role, hash_key(secret)),
    )
    return format_key(workspace_id, account_id, secret)


def stop_requiring_single_sign_on(
    owner: psycopg.Connection, pipeline: Database, organization: str, workspace: str
) -> bool:
    """Allow a workspace's members to sign in with passwords, with an audit entry; False: no such
    workspace."""
    row = owner.execute(
        """
        update app.workspace as w set sso_enforced = false
        from app.organization as o
        where o.organization_id = w.organization_id and o.slug = %s and w.slug = %s
        returning w.workspace_id
        """,
        (organization, workspace),
    ).fetchone()
    if row is None:
        return False
    with pipeline.workspace(row[0]) as session:
        session.execute(
            "insert into app.audit_log (workspace_id, actor, action, subject) "
            "values (%s, 'operator', 'workspace.passwords_allowed', %s)",
            (row[0], f"workspace:{row[0]}"),
        )
    owner.commit()
    return True


def format_key(workspace_id: UUID, key_id: UUID, secret: str, prefix: str = KEY_PREFIX) -> str:
    """A key that names its workspace, so that it is looked up under that workspace's row-level security."""
    return f"{prefix}_{workspace_id.hex}_{key_id.hex}_{secret}"


def hash_key(secret: str) -> bytes:
    """The stored form of a key: it has 256 random bits, so a plain hash cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()


def _insert_returning_id(owner: psycopg.Connection, statement: str, parameters: tuple[object, ...]) -> UUID:
    row = owner.execute(statement, parameters).fetchone()
    if row is None:
        raise RuntimeError("the database returned no id for the row that was inserted")
    return UUID(str(row[0]))
