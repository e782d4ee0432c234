"""Creates a whole tenant in one call, and the links for its first people."""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.app.tenants import hash_key

INVITATION_PREFIX, SETUP_PREFIX = "cli", "cls"
RESET_PREFIX = "clp"
SETUP_LIFETIME, RESET_LIFETIME = timedelta(days=1), timedelta(hours=1)


SELECT_ACTIVE_PERSON = """
select u.user_id, app.needs_single_sign_on(u.user_id)
from app.users as u
where u.email = lower(%s)
    and exists (select from app.membership as m where m.user_id = u.user_id and m.status = 'active')
"""


class ResetRefusedError(RuntimeError):
    """A person cannot get a reset link; the message says why."""


@dataclass(frozen=True, kw_only=True)
class NewTenant:
    """An organization with its first workspace and the person who will own it."""

    organization: str
    organization_slug: str
    workspace: str
    workspace_slug: str
    timezone: str
    email: str
    name: str | None
    plan: str
    seats: int
    invited_by: str


def create_tenant(owner: psycopg.Connection, tenant: NewTenant) -> str:
    """Create a whole tenant or nothing; returns the token with which its owner accepts."""
    secret = secrets.token_urlsafe(32)
    with owner.transaction():
        row = owner.execute(
            "select app.create_tenant(%s, %s)", (Jsonb(asdict(tenant)), hash_key(secret))
        ).fetchone()
    if row is None:
        raise RuntimeError("the database returned no id for the workspace that was created")
    return format_invitation(UUID(str(row[0])), secret)


def offer_password_reset(owner: psycopg.Connection, email: str) -> str:
    """A token with which a person sets a new password; raises ResetRefusedError with the reason."""
    secret = secrets.token_urlsafe(32)
    with owner.transaction():
        row = owner.execute(SELECT_ACTIVE_PERSON, (email,)).fetchone()
        if row is None:
            raise ResetRefusedError(f"nobody with the address {email} is an active member of a workspace")
        if row[1]:
            raise ResetRefusedError(
                f"all workspaces of {email} require single sign-on: `causeloop allow-passwords` ends that"
            )
        owner.execute(
            "insert into app.password_reset (user_id, token_hash, expires_at) values (%s, %s, now() + %s) "
            "on conflict (user_id) do update "
            "set token_hash = excluded.token_hash, expires_at = excluded.expires_at",
            (row[0], hash_key(secret), RESET_LIFETIME),
        )
    return f"{RESET_PREFIX}_{secret}"


def offer_setup(owner: psycopg.Connection) -> str | None:
    """A token to create the first organization, replacing earlier ones; None if there is one already."""
    with owner.transaction():
        row = owner.execute("select exists (select from app.organization)").fetchone()
        if row and row[0]:
            return None
        secret = secrets.token_urlsafe(32)
        owner.execute("delete from app.setup_link")
        owner.execute(
            "insert into app.setup_link (token_hash, expires_at) values (%s, now() + %s)",
            (hash_key(secret), SETUP_LIFETIME),
        )
    return f"{SETUP_PREFIX}_{secret}"


def format_invitation(workspace_id: UUID, secret: str) -> str:
    """A token that names its workspace, so that it is looked up under that workspace's isolation."""
    return f"{INVITATION_PREFIX}_{workspace_id.hex}_{secret}"


def format_accept_link(public_url: str, token: str) -> str:
    """Where an invited person accepts; the token never reaches a server's log."""
    return f"{public_url.rstrip('/')}/#accept={token}"


def format_reset_link(public_url: str, token: str) -> str:
    """Where a person sets a new password."""
    return f"{public_url.rstrip('/')}/#reset={token}"


def format_confirmation_link(public_url: str, token: str) -> str:
    """Where the owner of an address confirms that alerts are wanted there."""
    return f"{public_url.rstrip('/')}/#confirm={token}"


def format_setup_link(public_url: str, token: str) -> str:
    """Where the first organization is created."""
    return f"{public_url.rstrip('/')}/#start={token}"
