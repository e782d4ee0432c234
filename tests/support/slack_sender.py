"""Signs and sends what Slack sends: events, clicks and commands, in the forms that Slack documents."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import httpx2

from tests.support.fake_slack import CHANNEL, SIGNING_SECRET, TEAM


def sign(body: bytes, timestamp: int, secret: str = SIGNING_SECRET) -> str:
    """The signature that Slack's documentation describes, computed without the product's code."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class SlackSender:
    """Slack, as far as it calls the API of one workspace; `answers` is where its response_url leads."""

    api: httpx2.Client
    workspace_id: UUID
    answers: str = ""

    def send(
        self, place: str, body: bytes, content_type: str, secret: str = SIGNING_SECRET, age: int = 0
    ) -> httpx2.Response:
        """One signed request."""
        timestamp = int(time.time()) - age
        headers = {
            "content-type": content_type,
            "x-slack-request-timestamp": str(timestamp),
            "x-slack-signature": sign(body, timestamp, secret),
        }
        return self.api.post(f"/v1/slack/{self.workspace_id}/{place}", content=body, headers=headers)

    def event(self, document: dict[str, Any], **options: Any) -> httpx2.Response:
        """An event."""
        return self.send("events", json.dumps(document).encode(), "application/json", **options)

    def click(self, user_id: str, action: dict[str, Any], team: str = TEAM) -> httpx2.Response:
        """A click on an element of a card."""
        payload = {
            "type": "block_actions",
            "team": {"id": team, "domain": "acme"},
            "user": {"id": user_id, "username": "someone", "team_id": team},
            "channel": {"id": CHANNEL, "name": "failures"},
            "container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL},
            "response_url": f"{self.answers}/actions/{team}/1/x",
            "actions": [action],
        }
        body = urlencode({"payload": json.dumps(payload), "nonce": str(time.time_ns())}).encode()
        return self.send("interactions", body, "application/x-www-form-urlencoded")

    def command(self, user_id: str, text: str, team: str = TEAM) -> httpx2.Response:
        """The slash command."""
        form = {
            "command": "/causeloop",
            "text": text,
            "user_id": user_id,
            "team_id": team,
            "response_url": f"{self.answers}/commands/{team}/1/x",
            "trigger_id": str(time.time_ns()),
        }
        return self.send("commands", urlencode(form).encode(), "application/x-www-form-urlencoded")


def press(card: dict[str, Any], action_id: str, option: int = 0) -> dict[str, Any]:
    """The action that Slack sends when an element of a card is used."""
    (actions,) = (block for block in card["blocks"] if block["type"] == "actions")
    (element,) = (each for each in actions["elements"] if each["action_id"] == action_id)
    action = {"type": element["type"], "action_id": action_id, "block_id": "b1", "action_ts": "1.2"}
    if element["type"] == "static_select":
        return action | {"selected_option": element["options"][option]}
    return action | {"value": element["value"]}
