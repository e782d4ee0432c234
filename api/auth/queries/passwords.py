"""Sets passwords: by a link's secret, or with the present password."""

from uuid import UUID

from api.auth.queries.sessions import claim
from api.http.bounded_pool import BoundedPool
from api.http.database import set_workspace

SELECT_EMAIL = "select email from app.users where user_id = $1"
# The person's own, or the one of the workspace's organization.
SELECT_HASH = """
select password_hash from app.user_password
where user_id = $1
    and (organization_id is null or organization_id = (select organization_id from app.workspace))
"""


async def read_password(pool: BoundedPool, workspace_id: UUID, user_id: UUID) -> tuple[str, str | None]:
    """The address of a member and the hash of the password that opens the workspace, if there is one."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await set_workspace(connection, workspace_id)
        email = await connection.fetchval(SELECT_EMAIL, user_id)
        await claim(connection, "email", email or "")
        return email or "", await connection.fetchval(SELECT_HASH, user_id)


async def change_password(
    pool: BoundedPool, user_id: UUID, former_hash: str, new_hash: str, session_id: UUID | None
) -> bool:
    """Replace a password and end the person's other sessions; False where it was changed meanwhile."""
    return bool(
        await pool.fetchval(
            "select app.change_password($1, $2, $3, $4)", user_id, former_hash, new_hash, session_id
        )
    )


async def offer_reset(pool: BoundedPool, email: str, token_hash: bytes) -> bool:
    """Store a reset link; False where nobody with this address may sign in with a password."""
    return bool(await pool.fetchval("select app.offer_password_reset($1, $2)", email, token_hash))


async def find_reset(pool: BoundedPool, token_hash: bytes) -> str | None:
    """The address that a reset link belongs to; None where it does not work."""
    return await pool.fetchval("select app.read_password_reset($1)", token_hash)  # type: ignore[no-any-return]


async def reset_password(pool: BoundedPool, token_hash: bytes, new_hash: str) -> bool:
    """Use up a reset link: set the password and end all sessions; False where it was used meanwhile."""
    return bool(await pool.fetchval("select app.reset_password($1, $2)", token_hash, new_hash))
