"""Asks the owners of e-mail addresses to confirm that they want the alerts of a rule."""

import re
import secrets
from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel
from starlette.background import BackgroundTasks

from api.alert_rules.recipients import queries as recipients
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.mail import claim_message, send
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.provisioning import format_confirmation_link
from causeloop_pipeline.storage.app.tenants import hash_key

CONFIRMATION_TOKEN = re.compile(r"cln_([0-9a-f]{32})_([A-Za-z0-9_-]{20,200})")
TEXT = """An alert rule on Causeloop wants to send alerts to this address.

To receive them, confirm within seven days:

{link}

If you do not expect this, ignore it: nothing will be sent to you.
"""


async def ask_recipients(db: WorkspaceDatabase, channels: Sequence[BaseModel]) -> BackgroundTasks | None:
    """Store the addresses of e-mail channels; returns a task that asks unconfirmed ones after the commit."""
    tasks = BackgroundTasks()
    for address in sorted({str(channel.to) for channel in channels if hasattr(channel, "to")}):
        secret = secrets.token_urlsafe(32)
        if await recipients.add_recipient(db, address, hash_key(secret)) and settings().smtp_url:
            claim_message(address)
            token = f"cln_{db.workspace_id.hex}_{secret}"
            link = format_confirmation_link(settings().public_url, token)
            tasks.add_task(send, address, "Alerts from Causeloop", TEXT.format(link=link))
    return tasks if tasks.tasks else None


def parse_confirmation(token: str) -> tuple[UUID, bytes]:
    """The workspace and the stored hash of a confirmation's token; 404 where it is none."""
    match = CONFIRMATION_TOKEN.fullmatch(token.strip())
    if match is None:
        raise invalid_confirmation()
    return UUID(match[1]), hash_key(match[2])


def invalid_confirmation() -> Problem:
    """404 with one text for every link that does not work."""
    return Problem(
        404,
        "link_invalid",
        "this link is incomplete, was replaced or is older than seven days: ask for another",
    )
