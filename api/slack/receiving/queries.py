"""Reads the app that a request of Slack is for, whoever clicked, and which requests came before."""

import hashlib
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from api.http.database import WorkspaceDatabase, read_as_workspace
from api.workspaces.queries import SELECT_ADMINS
from causeloop_pipeline.model.slack import SlackMessageKind, SlackMessageStatus, SlackMode
from causeloop_pipeline.storage.notify.slack_apps import SLACK_SECRETS
from causeloop_pipeline.storage.secrets.key_ring import open_vault

SELECT_APP = """
select json_build_object(
    'team_id', a.team_id, 'mode', a.mode, 'secrets', encode(a.secrets, 'hex'), 'workspace', w.name,
    'is_active', w.archived_at is null and exists (
        select from app.organization as o where o.organization_id = w.organization_id and o.status = 'active'
    )
)
from notify.slack_app as a
join app.workspace as w using (workspace_id)
"""
SELECT_MEMBER = """
select json_build_object('user_id', m.user_id)
from app.membership as m
join app.users as u using (user_id)
where u.email = $1 ->> 'email'
"""
DELETE_OLD = "delete from notify.slack_request where received_at < now() - interval '15 minutes'"
INSERT_REQUEST = """
insert into notify.slack_request (workspace_id, signature_hash) values ($1, $2)
on conflict do nothing
returning true
"""
UPDATE_CARD = f"""
update notify.slack_message set is_edit_due = true, next_try_at = now()
where pattern_id = $1 and kind = '{SlackMessageKind.CARD}' and status = '{SlackMessageStatus.SENT}'
"""
UPDATE_ERROR = "update notify.slack_app set error = $1"


@dataclass(frozen=True)
class ReceivingApp:
    """A workspace's app, as far as a request of Slack is concerned."""

    workspace_id: UUID
    workspace: str
    team_id: str
    mode: SlackMode
    is_active: bool
    secrets: bytes = field(repr=False)

    def open(self) -> dict[str, str]:
        """The bot token and the signing secret."""
        return open_vault().open(self.secrets, self.workspace_id, self.workspace_id, SLACK_SECRETS)


async def find_app(pool: Any, workspace_id: UUID) -> ReceivingApp | None:
    """The app of a workspace; None where there is no such workspace, or it has none."""
    text = await read_as_workspace(pool, workspace_id, SELECT_APP)
    if text is None:
        return None
    row = orjson.loads(text)
    return ReceivingApp(
        workspace_id,
        row["workspace"],
        row["team_id"],
        SlackMode(row["mode"]),
        row["is_active"],
        bytes.fromhex(row["secrets"] or ""),
    )


async def remember_request(db: WorkspaceDatabase, signed: bytes) -> bool:
    """Store that a request came, by what is signed of it; False where it came before.

    A signature may be spelled in several ways.
    """
    digest = hashlib.sha256(signed).digest()
    async with db.writing():
        await db.transaction.execute(DELETE_OLD)
        return bool(await db.transaction.fetchval(INSERT_REQUEST, db.workspace_id, digest))


async def find_member(pool: Any, workspace_id: UUID, email: str) -> UUID | None:
    """The member of a workspace who has an address."""
    text = await read_as_workspace(pool, workspace_id, SELECT_MEMBER, email=email)
    return None if text is None else UUID(orjson.loads(text)["user_id"])


async def read_admins(pool: Any, workspace_id: UUID) -> list[str]:
    """Names of up to three admins or owners: whom to ask."""
    text = await read_as_workspace(pool, workspace_id, SELECT_ADMINS)
    return [] if text is None else list(orjson.loads(text))


async def request_edit(db: WorkspaceDatabase, pattern_id: UUID) -> None:
    """Have the card of a pattern written again."""
    async with db.writing():
        await db.transaction.execute(UPDATE_CARD, pattern_id)


async def note_app_error(db: WorkspaceDatabase, error: str) -> None:
    """Store why nothing can be posted until an admin has changed it."""
    async with db.writing():
        await db.transaction.execute(UPDATE_ERROR, error)
