"""Keeps a session in a browser: the secret of its cookie takes the place of its refresh tokens."""

import secrets
from uuid import UUID

from api.auth.queries import browser_sessions
from api.http.bounded_pool import BoundedPool
from causeloop_pipeline.storage.app.tenants import hash_key


async def keep_in_browser(pool: BoundedPool, workspace_id: UUID, session_id: UUID) -> str:
    """The credential for the browser's cookie."""
    secret = secrets.token_urlsafe(32)
    await browser_sessions.keep_in_browser(pool, workspace_id, session_id, hash_key(secret))
    return f"clb_{workspace_id.hex}_{session_id.hex}_{secret}"
