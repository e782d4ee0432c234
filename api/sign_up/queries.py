"""Creates tenants."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.http.bounded_pool import BoundedPool
from api.http.database import encode_parameters

SELECT_SIGN_UP = "select app.sign_up($1::jsonb, $2, $3)"


async def sign_up(
    pool: BoundedPool, tenant: Mapping[str, Any], token_hash: bytes, setup_hash: bytes | None
) -> UUID | None:
    """Create a tenant; the workspace's id, or None where the first-start link is not valid."""
    async with pool.acquire() as connection, connection.transaction():
        return await connection.fetchval(  # type: ignore[no-any-return]
            SELECT_SIGN_UP, encode_parameters(tenant), token_hash, setup_hash
        )
