"""Stores and reads the Slack app of a workspace, and lists what was posted."""

from typing import Any

from api.http.database import WorkspaceDatabase
from api.listing.queries import AnyOf, Listing, Sort

SELECT_APP = """
select json_build_object(
    'is_connected', true, 'team_id', team_id, 'team_name', team_name, 'channel_id', channel_id, 'mode', mode,
    'error', error, 'set_up_at', set_up_at, 'started_at', started_at
)
from notify.slack_app
"""
UPSERT_APP = """
insert into notify.slack_app as a (
    workspace_id, team_id, team_name, channel_id, mode, secrets, set_up_by
)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (workspace_id) do update
set team_id = excluded.team_id, team_name = excluded.team_name, channel_id = excluded.channel_id,
    mode = excluded.mode, secrets = excluded.secrets, set_up_by = excluded.set_up_by, set_up_at = now(),
    error = null, started_at = case when a.mode = excluded.mode then a.started_at else now() end
"""
UPDATE_APP = """
update notify.slack_app as a
set channel_id = coalesce($1, channel_id), mode = coalesce($2, mode), error = null,
    started_at = case when coalesce($2, mode) = mode then started_at else now() end
returning true
"""
# What was only listed is not posted afterwards: its pattern gets a card when it recurs.
DELETE_LISTED = "delete from notify.slack_message where status = 'shadow'"
DELETE_OF_OTHER_TEAM = """
delete from notify.slack_message where not exists (select from notify.slack_app where team_id = $1)
"""
DELETE_APP = "delete from notify.slack_app"
DELETE_MESSAGES = "delete from notify.slack_message"

SLACK_MESSAGES = Listing(
    name="slack_messages",
    columns="""m.message_id as id, m.kind, m.status, m.pattern_id, p.name as pattern_name, m.channel_id,
        m.body ->> 'text' as text, m.error, m.decided_at, m.updated_at""",
    source="""notify.slack_message as m
        left join detect.pattern as p on p.workspace_id = m.workspace_id and p.pattern_id = m.pattern_id""",
    key="m.message_id",
    key_output="id",
    sorts={"decided_at": Sort("m.decided_at", "decided_at", "timestamptz")},
    default_sort="-decided_at",
    filters={"kind": AnyOf("m.kind"), "status": AnyOf("m.status")},
)


async def read_app(db: WorkspaceDatabase) -> dict[str, Any] | None:
    """The app without its secrets; None where there is none."""
    return await db.read(SELECT_APP)  # type: ignore[no-any-return]


async def read_secrets(db: WorkspaceDatabase) -> bytes | None:
    """Both secrets as they are stored."""
    return await db.transaction.fetchval("select secrets from notify.slack_app")  # type: ignore[no-any-return]


async def store_app(
    db: WorkspaceDatabase, team: dict[str, Any], setup: dict[str, Any], sealed: bytes, actor: str
) -> None:
    """Store an app in place of the one before; messages in another team belong to nobody from then on."""
    await db.transaction.execute(DELETE_OF_OTHER_TEAM, team["team_id"])
    await db.transaction.execute(
        UPSERT_APP,
        db.workspace_id,
        team["team_id"],
        team.get("team"),
        setup["channel_id"],
        setup["mode"],
        sealed,
        actor,
    )
    await db.transaction.execute(DELETE_LISTED)


async def change_app(db: WorkspaceDatabase, channel_id: str | None, mode: str | None) -> bool:
    """Change where cards go, or whether they do; False: there is no app."""
    if not await db.transaction.fetchval(UPDATE_APP, channel_id, mode):
        return False
    if mode is not None:
        await db.transaction.execute(DELETE_LISTED)
    return True


async def delete_app(db: WorkspaceDatabase) -> None:
    """Delete the app with its secrets, and what is stored of its messages."""
    await db.transaction.execute(DELETE_MESSAGES)
    await db.transaction.execute(DELETE_APP)
