"""Slack on loopback: the methods that the product calls, with the limits that Slack publishes."""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.support.fake_tool import ReceivedRequest, Reply
from tests.support.slack_blocks import find_problems, list_markup

TEAM, CHANNEL, BOT_TOKEN = "T0001", "C0001", "xoxb-planted-token"
SIGNING_SECRET = "planted-signing-secret-0123456789"
FORM_ONLY = {"users.info"}
MENTION = re.compile(r"<[!@#]")


def _make_set_event() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class FakeSlack:
    """One team: its channels with their messages, its people, and the answers that single people got."""

    token: str = BOT_TOKEN
    channels: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {CHANNEL: []})
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    """Texts by which somebody would have been notified."""
    waits: list[int] = field(default_factory=list)
    """Seconds that the next calls must wait."""
    may_answer: threading.Event = field(default_factory=_make_set_event)
    """Cleared, calls wait until it is set again."""
    calls: list[str] = field(default_factory=list)
    joined: set[str] = field(default_factory=lambda: {CHANNEL})
    lock: threading.RLock = field(default_factory=threading.RLock)
    clock: int = field(default_factory=lambda: int(time.time()))

    def add_person(self, user_id: str, email: str, **further: Any) -> None:
        """A person of the team, whose address Slack has confirmed unless `further` says otherwise."""
        person = {
            "id": user_id,
            "team_id": TEAM,
            "deleted": False,
            "is_bot": False,
            "is_email_confirmed": True,
        }
        self.people[user_id] = {**person, "profile": {"email": email}, **further}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What people see in the channel, the oldest first."""
        return [message for message in self.channels[CHANNEL] if is_in_channel(message)]

    def await_answer(self, seconds: float = 60) -> dict[str, Any]:
        """The first answer that a person gets, which may come after Slack was acknowledged."""
        ends = time.monotonic() + seconds
        while not self.answers and time.monotonic() < ends:
            time.sleep(0.02)
        return self.answers[0]

    def delete(self, ts: str) -> None:
        """Delete a message, as people do."""
        self.channels[CHANNEL] = [each for each in self.channels[CHANNEL] if each["ts"] != ts]

    def __call__(self, request: ReceivedRequest) -> Reply:
        with self.lock:
            if request.path.startswith(("/actions/", "/commands/")):
                self.answers.append(json.loads(request.body))
                return Reply(raw=b"ok")
            method = request.path.removeprefix("/api/")
            self.calls.append(method)
            if self.waits:
                wait = self.waits.pop(0)
                return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(wait)})
            if request.headers.get("authorization") != f"Bearer {self.token}":
                return Reply({"ok": False, "error": "invalid_auth"})
            self.may_answer.wait(timeout=60)
            answer = self.answer(method, request)
            return Reply({"ok": "error" not in answer, **answer})

    def answer(self, method: str, request: ReceivedRequest) -> dict[str, Any]:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        if is_json and method in FORM_ONLY:
            return {"error": "invalid_arguments"}
        sent = json.loads(request.body) if is_json else dict(parse_qsl(request.body.decode()))
        match method:
            case "auth.test":
                return {"team_id": TEAM, "team": "Acme", "user_id": "U0BOT", "bot_id": "B0001"}
            case "users.info":
                person = self.people.get(sent["user"])
                return {"user": person} if person else {"error": "user_not_found"}
            case "chat.postMessage":
                return self.post(sent)
            case "chat.update":
                return self.update(sent)
            case "conversations.history":
                return self.list_history(sent)
        return {"error": "unknown_method"}

    def check(self, sent: dict[str, Any]) -> str | None:
        """The error that Slack answers; what people are notified by is noted."""
        if sent.get("channel") not in self.channels:
            return "channel_not_found"
        if sent["channel"] not in self.joined:
            return "not_in_channel"
        if not sent.get("text") and not sent.get("blocks"):
            return "no_text"
        if len(sent.get("text", "")) > 40_000:
            return "msg_too_long"
        if find_problems(sent.get("blocks", ())):
            return "invalid_blocks"
        self.notified += [text for text in list_markup(sent) if MENTION.search(text)]
        return None

    def post(self, sent: dict[str, Any]) -> dict[str, Any]:
        if error := self.check(sent):
            return {"error": error}
        self.clock += 1
        channel = self.channels[sent["channel"]]
        message = {
            "type": "message",
            "bot_id": "B0001",
            "ts": f"{self.clock}.000100",
            **{name: sent[name] for name in ("text", "blocks", "metadata") if name in sent},
        }
        # Where there is no such parent, Slack posts into the channel without a word.
        if any(parent["ts"] == sent.get("thread_ts") for parent in channel):
            message["thread_ts"] = sent["thread_ts"]
            if sent.get("reply_broadcast"):
                message["subtype"] = "thread_broadcast"
        channel.append(message)
        return {"channel": sent["channel"], "ts": message["ts"], "message": message}

    def update(self, sent: dict[str, Any]) -> dict[str, Any]:
        if error := self.check(sent):
            return {"error": error}
        matching = [each for each in self.channels[sent["channel"]] if each["ts"] == sent.get("ts")]
        if not matching:
            return {"error": "message_not_found"}
        matching[0].update({name: sent[name] for name in ("text", "blocks", "metadata") if name in sent})
        matching[0]["edited"] = True
        return {"channel": sent["channel"], "ts": sent["ts"], "text": sent.get("text", "")}

    def list_history(self, sent: dict[str, Any]) -> dict[str, Any]:
        if sent.get("channel") not in self.channels:
            return {"error": "channel_not_found"}
        begin, size = int(sent.get("cursor") or 0), int(sent.get("limit", 100))
        newest = [
            message
            for message in reversed(self.channels[sent["channel"]])
            if is_in_channel(message) and float(message["ts"]) > float(sent.get("oldest", 0))
        ]
        page = newest[begin : begin + size]
        if sent.get("include_all_metadata") not in ("true", True):
            page = [{name: value for name, value in each.items() if name != "metadata"} for each in page]
        cursor = str(begin + size) if len(newest) > begin + size else ""
        return {"messages": page, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def is_in_channel(message: dict[str, Any]) -> bool:
    """Whether a message is seen without a look into a thread."""
    return "thread_ts" not in message or message.get("subtype") == "thread_broadcast"
