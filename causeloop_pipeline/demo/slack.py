"""The Slack of the demo's workspaces: a channel each, the methods that an app calls, and who clicks there."""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx2

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse
from causeloop_pipeline.demo.tenants import USERS

TEAM, CHANNEL = "TDEMO", "CFAILURES"
APPS_FILE, MESSAGES_FILE = "demo_slack.json", "demo_slack_messages.json"
METHOD = re.compile(r"/api/([a-zA-Z.]+)")
ANSWERS = re.compile(r"/slack/([a-z-]+)/answers/([A-Z]+)")
TOKEN = re.compile(r"xoxb-demo-([a-z-]+)")
TIMEOUT_SECONDS = 10.0

Message = dict[str, Any]


@dataclass(frozen=True)
class DemoApp:
    """The app of one workspace: where its clicks go, with what they are signed, whose people click."""

    address: str
    signing_secret: str = field(repr=False)
    organization: str

    def find_email(self, user_id: str) -> str | None:
        """The address of a person, who has the name of their role."""
        emails = (
            user.email
            for user in USERS
            if (user.organization, user.role.upper()) == (self.organization, user_id)
        )
        return next(emails, None)


@dataclass
class DemoSlack:
    """The messages of each workspace's channel, and what single people were answered.

    `folder`: where its files are.
    """

    folder: Path | None = None
    channels: dict[str, list[Message]] = field(default_factory=dict)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def load(cls, folder: Path) -> "DemoSlack":
        """The messages of an earlier start."""
        path = folder / MESSAGES_FILE
        return cls(folder, json.loads(path.read_text()) if path.exists() else {})

    def find_app(self, workspace: str) -> DemoApp | None:
        """The app of a workspace, as it was set up when the demo was loaded."""
        path = self.folder / APPS_FILE if self.folder else None
        apps = json.loads(path.read_text()) if path and path.exists() else {}
        return DemoApp(**apps[workspace]) if workspace in apps else None

    def answer(self, request: VendorRequest) -> VendorResponse | None:
        """The response of a method, or the receipt of an answer for one person; None: it is neither."""
        if request.method != "POST":
            return None
        try:
            return self._answer(request)
        except (KeyError, TypeError, ValueError):
            return VendorResponse({"ok": False, "error": "invalid_arguments"})

    def _answer(self, request: VendorRequest) -> VendorResponse | None:
        if match := ANSWERS.fullmatch(request.path):
            self.answers[match[1], match[2]] = str(json.loads(request.body)["text"])
            return VendorResponse("ok", content_type="text/html; charset=utf-8")
        method, token = (
            METHOD.fullmatch(request.path),
            TOKEN.fullmatch(request.authorization("Bearer ") or ""),
        )
        if method is None:
            return None
        app = self.find_app(token[1]) if token else None
        answer = (
            {"error": "invalid_auth"}
            if app is None or token is None
            else self._call(method[1], token[1], app, request)
        )
        return VendorResponse({"ok": "error" not in answer, **answer})

    def press(self, workspace: str, user_id: str, action: Mapping[str, Any], origin: str) -> None:
        """Send a person's click to the app, signed; its answer comes to an address of ours."""
        app = self.find_app(workspace)
        if app is None:
            return
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user_id, "team_id": TEAM},
            "channel": {"id": CHANNEL},
            "response_url": f"{origin}/slack/{workspace}/answers/{user_id}",
            "actions": [action],
        }
        body = urlencode({"payload": json.dumps(payload), "nonce": str(time.time_ns())}).encode()
        stamp = str(int(time.time()))
        signed = hmac.new(app.signing_secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={signed.hexdigest()}",
        }
        self.answers.pop((workspace, user_id), None)
        address = f"{app.address}/interactions"
        try:
            sent = httpx2.post(
                address, content=body, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False
            )
            problem = "" if sent.is_success else f"The app answered {sent.status_code}."
        except httpx2.HTTPError as error:
            problem = f"The app cannot be reached ({type(error).__name__})."
        if problem:
            self.answers[workspace, user_id] = problem

    def _call(self, method: str, workspace: str, app: DemoApp, request: VendorRequest) -> dict[str, Any]:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        sent = json.loads(request.body) if is_json else dict(parse_qsl(request.body.decode()))
        match method:
            case "auth.test":
                return {"team_id": TEAM, "team": app.organization, "user_id": "UBOT"}
            case "users.info":
                return _describe_person(str(sent.get("user")), app)
            case "chat.postMessage":
                return self._post(workspace, sent, request.now.timestamp())
            case "chat.update":
                return self._update(workspace, sent)
            case "conversations.history":
                since = float(sent.get("oldest") or 0)
                listed = [each for each in self._list(workspace) if float(each["ts"]) > since]
                return {"messages": listed[::-1], "response_metadata": {"next_cursor": ""}}
        return {"error": "unknown_method"}

    def _list(self, workspace: str) -> list[Message]:
        with self.lock:
            return list(self.channels.get(workspace, ()))

    def _post(self, workspace: str, sent: Mapping[str, Any], now: float) -> dict[str, Any]:
        with self.lock:
            channel = self.channels.setdefault(workspace, [])
            names = ("text", "blocks", "metadata", "thread_ts")
            message = {
                "ts": f"{max(now, float(channel[-1]['ts']) + 0.001 if channel else 0.0):.6f}",
                **{name: sent[name] for name in names if name in sent},
            }
            channel.append(message)
            self._store()
        return {"channel": CHANNEL, "ts": message["ts"], "message": message}

    def _update(self, workspace: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        with self.lock:
            matching = [each for each in self._list(workspace) if each["ts"] == sent.get("ts")]
            if not matching:
                return {"error": "message_not_found"}
            matching[0].update({name: sent[name] for name in ("text", "blocks") if name in sent}, edited=True)
            self._store()
        return {"channel": CHANNEL, "ts": matching[0]["ts"]}

    def _store(self) -> None:
        if self.folder is None:
            return
        path = self.folder / MESSAGES_FILE
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(self.channels))
        draft.replace(path)


def make_token(workspace: str) -> str:
    """The bot token of a workspace's app; it is not a secret, because all data behind it is invented."""
    return f"xoxb-demo-{workspace}"


def _describe_person(user_id: str, app: DemoApp) -> dict[str, Any]:
    email = app.find_email(user_id)
    if email is None:
        return {"error": "user_not_found"}
    person = {"id": user_id, "team_id": TEAM, "is_email_confirmed": True, "profile": {"email": email}}
    return {"user": person}
