"""Channels of alert rules: separates their secrets, which are stored encrypted, from what can be displayed.

The secrets of a rule are one encrypted mapping: `<channel number>.secret` signs the messages to a webhook,
`<channel number>.url` is the address of a Slack-compatible webhook.
"""

import base64
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from causeloop_pipeline.storage.notify.outbox import CHANNEL_SECRETS
from causeloop_pipeline.storage.secrets.key_ring import open_vault

SECRET_BYTES = 32


def split_channels(channels: Sequence[BaseModel]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The channels without secrets, and the secrets by channel number."""
    visible: list[dict[str, Any]] = []
    channel_secrets: dict[str, str] = {}
    for number, channel in enumerate(channels):
        entry = channel.model_dump(mode="json")
        if entry["type"] == "webhook":
            channel_secrets[f"{number}.secret"] = (
                "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
            )
        if entry["type"] == "slack":
            channel_secrets[f"{number}.url"] = entry["url"]
            entry["url"] = "/".join(entry["url"].split("/")[:3]) + "/…"
        visible.append(entry)
    return visible, channel_secrets


def build_columns(
    channels: Sequence[BaseModel], workspace_id: UUID, rule_id: UUID
) -> tuple[dict[str, Any], dict[str, str]]:
    """The columns of a rule's channels, and the signing secrets to show once, by channel number."""
    visible, channel_secrets = split_channels(channels)
    sealed = open_vault().seal(channel_secrets, workspace_id, rule_id, CHANNEL_SECRETS)
    signing_secrets = {
        name.removesuffix(".secret"): value
        for name, value in channel_secrets.items()
        if name.endswith(".secret")
    }
    columns = {
        "channels": orjson.dumps(visible).decode(),
        "channel_secrets": sealed if channel_secrets else None,
    }
    return columns, signing_secrets
