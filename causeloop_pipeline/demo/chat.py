"""The chat of the demo's workspaces: it takes messages as Slack's incoming webhooks do, and shows them."""

import json
import re
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from html import escape, unescape

from causeloop_pipeline.demo.exchange import BadRequestError, VendorRequest, VendorResponse
from causeloop_pipeline.demo.pages import write_page

ROOM = re.compile(r"/chat/([a-z-]+)")
LINK = re.compile(r"<(https?://[^|>\s]+)\|([^>]+)>")
MAX_MESSAGES = 100


@dataclass
class Chat:
    """The newest messages by workspace: they are gone when the demo ends."""

    rooms: defaultdict[str, deque[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=MAX_MESSAGES))
    )
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: VendorRequest) -> VendorResponse | None:
        """Take a message, or show the room; None: the address is of no room."""
        match = ROOM.fullmatch(request.path)
        if match is None:
            return None
        if request.method == "POST":
            return self._take(match[1], request)
        with self.lock:
            messages = list(self.rooms[match[1]])
        rows = "".join(
            f"<li><p>{at:%Y-%m-%d %H:%M} UTC</p><pre>{_write_links(text)}</pre></li>"
            for at, text in messages[::-1]
        )
        return write_page(f"Chat of {match[1]}", f"<ul>{rows}</ul>" if rows else "<p>No alert came yet.</p>")

    def _take(self, workspace: str, request: VendorRequest) -> VendorResponse:
        try:
            text = str(json.loads(request.body)["text"])
        except (KeyError, TypeError, ValueError):
            raise BadRequestError("no_text") from None
        with self.lock:
            self.rooms[workspace].append((request.now, text))
        return VendorResponse("ok", content_type="text/html; charset=utf-8")


def _write_links(text: str) -> str:
    """The text as Slack shows it: its own escapes undone, `<address|words>` as a link."""
    parts = LINK.split(text)
    words = [escape(unescape(part)) for part in parts]
    for place in range(1, len(parts), 3):
        words[place : place + 2] = [f'<a href="{escape(parts[place])}">{words[place + 1]}</a>', ""]
    return "".join(words)
