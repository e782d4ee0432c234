"""Sets a Slack app up: asks Slack whose token it is, and seals both secrets for the workspace."""

from typing import Any
from uuid import UUID

from api.http.errors import broken_rule
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.slack.web_api import SlackApi
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.notify.slack_apps import BOT_TOKEN, SIGNING_SECRET, SLACK_SECRETS
from causeloop_pipeline.storage.secrets.key_ring import open_vault

TOKEN_PREFIX = "xoxb-"  # noqa: S105 what Slack's bot tokens begin with


def find_team(token: str) -> dict[str, Any]:
    """The team of a bot token; 422 where Slack does not accept it."""
    if not token.startswith(TOKEN_PREFIX):
        raise broken_rule(
            "validation_failed", f"this is not a bot token: it begins with {TOKEN_PREFIX}", "/bot_token"
        )
    api = SlackApi(settings().slack_url, token, EgressPolicy.parse(read_allowed(settings())))
    try:
        return api.post("auth.test", {})
    except OutsideFailure as failure:
        raise broken_rule("tool_failed", failure.reason, "/bot_token") from None


def seal_secrets(workspace_id: UUID, bot_token: str, signing_secret: str) -> bytes:
    """Both secrets, encrypted for the workspace's row."""
    secrets = {BOT_TOKEN: bot_token, SIGNING_SECRET: signing_secret}
    return open_vault().seal(secrets, workspace_id, workspace_id, SLACK_SECRETS)


def open_secrets(sealed: bytes | None, workspace_id: UUID) -> dict[str, str]:
    """Both secrets in plain text."""
    return open_vault().open(sealed, workspace_id, workspace_id, SLACK_SECRETS)
