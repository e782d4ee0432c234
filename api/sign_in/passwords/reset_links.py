"""Makes the links that set a new password, and sends them by e-mail."""

import logging
import secrets

from api.auth.queries import passwords
from api.http.bounded_pool import BoundedPool
from api.http.errors import Problem
from api.mail import claim_message, send_in_background
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import RESET_PREFIX, format_reset_link
from causeloop_pipeline.storage.app.tenants import hash_key

log = logging.getLogger("causeloop.api")

TEXT = """Somebody, presumably you, requested a new password on Causeloop.

Set it within an hour, with this link, which works once:

{link}

If it was not you, ignore this message: your password stays as it is.
"""


async def send_reset_link(pool: BoundedPool, email: str) -> None:
    """Send a link to this address, but only if its owner signs in with a password."""
    try:
        claim_message(email)
    except Problem:
        log.warning("no link for a new password was sent: its address got several messages already")
        return
    secret = secrets.token_urlsafe(32)
    if await passwords.offer_reset(pool, email, hash_key(secret)):
        link = format_reset_link(settings().public_url, f"{RESET_PREFIX}_{secret}")
        await send_in_background(email, "A new password on Causeloop", TEXT.format(link=link))
