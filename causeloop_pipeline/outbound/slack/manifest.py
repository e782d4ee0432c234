"""The manifest of the Slack app: pasted into Slack, it sets names, permissions and addresses at once."""

from typing import Any
from uuid import UUID

SCOPES = (
    "channels:history",  # finds what an interrupted attempt has posted
    "chat:write",
    "commands",
    "groups:history",  # the same in private channels
    "metadata.message:read",
    "users:read",  # links a person to a member, by the confirmed address
    "users:read.email",
)
EVENTS = ("app_uninstalled", "tokens_revoked")
COMMAND = "/causeloop"


def build_manifest(public_url: str, workspace_id: UUID | str) -> dict[str, Any]:
    """The manifest for the addresses of one workspace."""
    address = f"{public_url.rstrip('/')}/v1/slack/{workspace_id}"
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Causeloop",
            "description": "Failures that come back: one card each, and whether the fix held",
            "background_color": "#1f2937",
        },
        "features": {
            "bot_user": {"display_name": "Causeloop", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "url": f"{address}/commands",
                    "description": "Have I seen this before? What is due?",
                    "usage_hint": "seen-before TEXT | due [DAYS] | help",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"request_url": f"{address}/events", "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": f"{address}/interactions"},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }
