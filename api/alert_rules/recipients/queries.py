"""E-mail addresses that alert rules name, and whether their owners have confirmed them."""

from uuid import UUID

from api.http.bounded_pool import BoundedPool
from api.http.database import WorkspaceDatabase, set_workspace

# A member's address is confirmed already. Others get a new link at most once an hour.
UPSERT_RECIPIENT = """
insert into notify.recipient as r (workspace_id, address, token_hash, confirmed_at)
select $1, lower($2), $3, case when exists (
    select from app.membership as m join app.users as u using (user_id)
    where u.email = lower($2) and m.status = 'active'
) then now() end
on conflict (workspace_id, address) do update
    set token_hash = excluded.token_hash, requested_at = now(), confirmed_at = excluded.confirmed_at
    where r.confirmed_at is null
        and (r.requested_at < now() - interval '1 hour' or excluded.confirmed_at is not null)
returning confirmed_at is null
"""
UPDATE_WITHDRAWN = """
update notify.recipient as r set confirmed_at = null
from app.users as u
where u.user_id = $1 and r.address = u.email
"""
UPDATE_CONFIRMED_AT = """
update notify.recipient set confirmed_at = coalesce(confirmed_at, now())
where token_hash = $1 and requested_at > now() - interval '7 days'
returning address
"""


async def withdraw_confirmation(db: WorkspaceDatabase, user_id: UUID) -> None:
    """Stop alerts to a former member's address until its owner confirms it."""
    await db.transaction.execute(UPDATE_WITHDRAWN, user_id)


async def add_recipient(db: WorkspaceDatabase, address: str, token_hash: bytes) -> bool:
    """Store an address with a link's hash; whether its owner must get this link."""
    return bool(await db.transaction.fetchval(UPSERT_RECIPIENT, db.workspace_id, address, token_hash))


async def confirm_recipient(pool: BoundedPool, workspace_id: UUID, token_hash: bytes) -> str | None:
    """Confirm the address of a link; None where the link is unknown, replaced or too old."""
    async with pool.acquire() as connection, connection.transaction():
        await set_workspace(connection, workspace_id)
        return await connection.fetchval(UPDATE_CONFIRMED_AT, token_hash)  # type: ignore[no-any-return]
