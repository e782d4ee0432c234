"""Posts a message once and edits it in place: what an attempt that was killed has posted is found again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.slack.web_api import SlackApi

EVENT_TYPE = "causeloop_message"
PAGE_SIZE, MAX_PAGES = 200, 10
CLOCK_SKEW = timedelta(minutes=10)
"""How far the clocks of Slack and of the database may differ."""
PLAIN = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
"""No text makes Slack notify anybody, or fetch an address."""


@dataclass(frozen=True)
class Posting:
    """A message to post or to edit; `thread_ts` is the card under which it also stands."""

    message_id: UUID
    channel_id: str
    body: Mapping[str, Any]
    since: datetime
    """When it was decided: it was not posted before."""
    is_first_attempt: bool
    ts: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True)
class Posted:
    """Where a message is."""

    ts: str
    is_in_thread: bool
    """Whether it stands under the card as well; not where the card is gone."""


def post(api: SlackApi, posting: Posting) -> Posted:
    """Have the message stand in its channel once, as its body is now."""
    ts = posting.ts
    if ts is None and not posting.is_first_attempt:
        earlier = _find(api, posting)
        if earlier is not None and posting.thread_ts is not None:
            return Posted(str(earlier["ts"]), _is_in_thread(earlier, posting))
        ts = str(earlier["ts"]) if earlier is not None else None
    if ts is None:
        return _post_new(api, posting)
    api.post("chat.update", {**_build_document(posting), "ts": ts})
    return Posted(ts, is_in_thread=False)


def _post_new(api: SlackApi, posting: Posting) -> Posted:
    document = _build_document(posting)
    if posting.thread_ts is not None:
        document |= {"thread_ts": posting.thread_ts, "reply_broadcast": True}
    answer = api.post("chat.postMessage", document)
    # Where the card is gone, Slack posts into the channel without a word.
    message = answer.get("message") or {}
    return Posted(str(answer["ts"]), _is_in_thread(message, posting))


def _is_in_thread(message: Mapping[str, Any], posting: Posting) -> bool:
    return posting.thread_ts is not None and message.get("thread_ts") == posting.thread_ts


def _build_document(posting: Posting) -> dict[str, Any]:
    return {
        "channel": posting.channel_id,
        **posting.body,
        **PLAIN,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"message_id": str(posting.message_id)}},
    }


def _find(api: SlackApi, posting: Posting) -> Mapping[str, Any] | None:
    """The message that an earlier attempt posted, if any; Slack lists the newest first."""
    arguments = {
        "channel": posting.channel_id,
        "oldest": f"{(posting.since - CLOCK_SKEW).timestamp():.6f}",
        "limit": str(PAGE_SIZE),
        "include_all_metadata": "true",
    }
    for _ in range(MAX_PAGES):
        answer = api.ask("conversations.history", **arguments)
        for message in answer.get("messages") or ():
            if _read_message_id(message) == str(posting.message_id):
                return dict(message)
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
        arguments["cursor"] = str(cursor)
    raise PermanentFailure("Slack: the channel has more new messages than are looked through")


def _read_message_id(message: Mapping[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return str((metadata.get("event_payload") or {}).get("message_id"))
