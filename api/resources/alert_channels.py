"""Where alerts go: what may be shown of a channel, and what is sealed.

The secrets of a rule are one sealed mapping: `<channel number>.secret` signs a webhook's messages,
`<channel number>.url` is the address of a Slack-compatible webhook.
"""

import base64
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS

SECRET_BYTES = 32


def opened_channels(channels: Sequence[BaseModel]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The channels as they may be shown, and their secrets by channel number."""
    shown: list[dict[str, Any]] = []
    sealed: dict[str, str] = {}
    for number, channel in enumerate(channels):
        entry = channel.model_dump(mode="json")
        if entry["type"] == "webhook":
            sealed[f"{number}.secret"] = (
                "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
            )
        if entry["type"] == "slack":
            sealed[f"{number}.url"] = entry["url"]
            entry["url"] = "/".join(entry["url"].split("/")[:3]) + "/…"
        shown.append(entry)
    return shown, sealed


def columns(
    channels: Sequence[BaseModel], workspace_id: UUID, rule_id: UUID
) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns of a rule's channels, and the signing secrets to show once, by channel number."""
    shown, hidden = opened_channels(channels)
    sealed = Vault.of(settings().required("secret_key")).seal(hidden, workspace_id, rule_id, CHANNEL_SECRETS)
    once = {name.removesuffix(".secret"): value for name, value in hidden.items() if name.endswith(".secret")}
    return {"channels": orjson.dumps(shown).decode(), "channel_secrets": sealed if hidden else None}, once
