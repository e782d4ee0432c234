"""Keys of service accounts and of people: stored as hashes, rotated and revoked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing, Sort

KEY_COLUMNS = """k.name, k.role, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at,
    case when k.former_expires_at > now() then k.former_expires_at end as former_expires_at,
    case when k.former_expires_at > now() then k.former_used_at end as former_used_at"""

SERVICE_ACCOUNTS = Listing(
    name="service accounts",
    columns=f"k.service_account_id as id, {KEY_COLUMNS}",
    source="app.service_account as k",
    key="k.service_account_id",
    key_output="id",
    sorts={"created_at": Sort("k.created_at", "created_at", "timestamptz")},
    default_sort="-created_at",
    filters={},
)
SELECT_ACCOUNT = f"""
select row_to_json(account)
from (
    select {SERVICE_ACCOUNTS.columns} from app.service_account as k
    where k.service_account_id = ($1 ->> 'id')::uuid
) as account
"""
SELECT_PERSONAL_KEYS = f"""
select coalesce(json_agg(key order by key.created_at desc), '[]')
from (
    select k.key_id as id, {KEY_COLUMNS} from app.personal_key as k
    where k.user_id = ($1 ->> 'user_id')::uuid and (k.key_id::text = $1 ->> 'id' or $1 ->> 'id' is null)
    order by k.created_at desc
    limit 200
) as key
"""
INSERT_ACCOUNT = """
insert into app.service_account (workspace_id, service_account_id, name, role, scopes, key_hash, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
INSERT_PERSONAL_KEY = """
insert into app.personal_key
    (workspace_id, key_id, name, role, scopes, key_hash, expires_at, user_id, method)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
# The present secret keeps working until the overlap ends, but never beyond its own expiry.
UPDATE_KEY_HASH = """
update {table}
set former_key_hash = key_hash, former_used_at = null,
    former_expires_at = least(now() + make_interval(hours => $3), expires_at),
    key_hash = $2, expires_at = $4, last_used_at = null
where {key} = $1
"""
UPDATE_REVOKED_AT = "update {table} set revoked_at = coalesce(revoked_at, now()) where {key} = $1"
ACCOUNT = {"table": "app.service_account", "key": "service_account_id"}
PERSONAL = {"table": "app.personal_key", "key": "key_id"}


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A new key as it is stored."""

    key_id: UUID
    name: str
    role: str
    scopes: Sequence[str] | None
    key_hash: bytes
    expires_at: datetime


async def create_account(db: WorkspaceDatabase, new: NewKey) -> None:
    """Store a service account."""
    await db.transaction.execute(INSERT_ACCOUNT, db.workspace_id, *_list_values(new))


async def create_personal_key(db: WorkspaceDatabase, new: NewKey, user_id: UUID, method: str | None) -> None:
    """Store a person's key, with the way they had signed in."""
    await db.transaction.execute(INSERT_PERSONAL_KEY, db.workspace_id, *_list_values(new), user_id, method)


async def read_account(db: WorkspaceDatabase, account_id: UUID) -> dict[str, Any] | None:
    """A service account without its key; None if there is no such account."""
    return await db.read(SELECT_ACCOUNT, id=str(account_id))  # type: ignore[no-any-return]


async def list_personal_keys(
    db: WorkspaceDatabase, user_id: UUID, key_id: UUID | None = None
) -> list[dict[str, Any]]:
    """A person's keys in the workspace, or one of them, newest first."""
    only = None if key_id is None else str(key_id)
    return list(await db.read(SELECT_PERSONAL_KEYS, user_id=str(user_id), id=only))


async def rotate_account(db: WorkspaceDatabase, new: NewKey, overlap_hours: int) -> None:
    """Replace a service account's key; the present one keeps working for a while."""
    await _rotate(db, ACCOUNT, new, overlap_hours)


async def rotate_personal_key(db: WorkspaceDatabase, new: NewKey, overlap_hours: int) -> None:
    """Replace a person's key; the present one keeps working for a while."""
    await _rotate(db, PERSONAL, new, overlap_hours)


async def revoke_account(db: WorkspaceDatabase, account_id: UUID) -> None:
    """Revoke a service account's keys, the previous one included."""
    await db.transaction.execute(UPDATE_REVOKED_AT.format(**ACCOUNT), account_id)


async def revoke_personal_key(db: WorkspaceDatabase, key_id: UUID) -> None:
    """Revoke a person's key, the previous secret included."""
    await db.transaction.execute(UPDATE_REVOKED_AT.format(**PERSONAL), key_id)


async def _rotate(db: WorkspaceDatabase, kind: dict[str, str], new: NewKey, overlap_hours: int) -> None:
    statement = UPDATE_KEY_HASH.format(**kind)
    await db.transaction.execute(statement, new.key_id, new.key_hash, overlap_hours, new.expires_at)


def _list_values(new: NewKey) -> tuple[object, ...]:
    scopes = None if new.scopes is None else list(new.scopes)
    return (new.key_id, new.name, new.role, scopes, new.key_hash, new.expires_at)
