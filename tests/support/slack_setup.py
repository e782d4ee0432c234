"""A workspace whose Slack app is set up, as the API stores it."""

from uuid import UUID

import psycopg

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.notify.slack_apps import BOT_TOKEN, SIGNING_SECRET, SLACK_SECRETS
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from tests.support import fake_slack


def set_up_slack(workspace_id: UUID, mode: str = "live", channel_id: str = fake_slack.CHANNEL) -> None:
    """Store an app for a workspace, in place of the one it had; cards begin with what is 10 days old."""
    secrets = {BOT_TOKEN: fake_slack.BOT_TOKEN, SIGNING_SECRET: fake_slack.SIGNING_SECRET}
    sealed = open_vault().seal(secrets, workspace_id, workspace_id, SLACK_SECRETS)
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        api.execute(
            "insert into notify.slack_app "
            "(workspace_id, team_id, channel_id, mode, secrets, set_up_by, started_at) "
            "values (%s, %s, %s, %s, %s, 'user:1', now() - interval '10 days') "
            "on conflict (workspace_id) do update "
            "set mode = excluded.mode, secrets = excluded.secrets, error = null",
            (workspace_id, fake_slack.TEAM, channel_id, mode, sealed),
        )
