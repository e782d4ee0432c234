"""Makes a whole tenant in one call, and the links by which its first people come in."""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.app.tenants import hash_key

INVITATION_PREFIX, SETUP_PREFIX = "cli", "cls"
SETUP_LIFETIME = timedelta(days=1)


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
    """Create all of a tenant, or nothing; the token with which its owner accepts."""
    secret = secrets.token_urlsafe(32)
    with owner.transaction():
        row = owner.execute(
            "select app.create_tenant(%s, %s)", (Jsonb(asdict(tenant)), hash_key(secret))
        ).fetchone()
    if row is None:
        raise RuntimeError("the database returned no id for the workspace that was created")
    return format_invitation(UUID(str(row[0])), secret)


def offer_setup(owner: psycopg.Connection) -> str | None:
    """A token that may create the first organization and replaces earlier ones; None where there is one."""
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


def format_setup_link(public_url: str, token: str) -> str:
    """Where the first organization is created."""
    return f"{public_url.rstrip('/')}/#start={token}"
