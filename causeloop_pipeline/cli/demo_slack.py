"""Sets up the Slack app of each demo workspace: it posts to the demo's own Slack."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import psycopg

from causeloop_pipeline.demo.causes import read_demo_workspaces
from causeloop_pipeline.demo.slack import APPS_FILE, CHANNEL, TEAM, make_token
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.notify.slack_apps import BOT_TOKEN, SIGNING_SECRET, SLACK_SECRETS

# Cards begin with what recurred in the last day, so that a visitor sees some; what people changed stays.
INSERT_APP = """
insert into notify.slack_app (
    workspace_id, team_id, team_name, channel_id, mode, secrets, set_up_by, started_at
)
values (%s, %s, %s, %s, 'live', %s, %s, now() - interval '1 day')
on conflict (workspace_id) do update set secrets = excluded.secrets
    where notify.slack_app.team_id = excluded.team_id
"""


def store_demo_slack(
    owner: psycopg.Connection,
    vault: Vault,
    workspaces: Mapping[str, UUID],
    analysts: Mapping[str, UUID],
    state_dir: Path,
    api_url: str,
) -> None:
    """Create the apps that are missing, and tell the demo's Slack where each is; the connection sees the
    workspaces.
    """
    path = state_dir / APPS_FILE
    stored = json.loads(path.read_text()) if path.exists() else {}
    apps = {}
    for slug, workspace_id in workspaces.items():
        organization = read_demo_workspaces()[slug].organization
        secret = stored.get(slug, {}).get("signing_secret") or secrets.token_hex(16)
        sealed = vault.seal(
            {BOT_TOKEN: make_token(slug), SIGNING_SECRET: secret}, workspace_id, workspace_id, SLACK_SECRETS
        )
        row = (workspace_id, TEAM, organization, CHANNEL, sealed, f"user:{analysts[slug]}")
        owner.execute(INSERT_APP, row)
        apps[slug] = {
            "address": f"{api_url}/v1/slack/{workspace_id}",
            "signing_secret": secret,
            "organization": organization,
        }
    _write(path, apps)


def _write(path: Path, apps: Mapping[str, object]) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(apps))
    draft.replace(path)
