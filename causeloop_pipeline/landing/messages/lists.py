"""The messages of one body: an object, a list, lines of objects, a form with JSON in it, or a plain text."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from causeloop_pipeline.landing.json_guard import GuardError, parse_loosely
from causeloop_pipeline.landing.messages.chat import is_chat

LISTS = (
    *(
        "alerts",
        "events",
        "records",
        "messages",
        "entries",
        "items",
        "incidents",
        "problems",
        "alarms",
        "issues",
    ),
    *("logs", "hits", "results", "data", "notifications"),
)
"""Under which names a body holds several messages."""
PLAIN = "text/plain"
TITLES = frozenset(
    {"title", "message", "text", "subject", "summary", "msg", "body", "description", "short_message"}
)
"""Of a body that is one message, unless it lists messages that have a state each."""
STATED, NAMED = frozenset({"status", "state"}), frozenset({"labels", "fingerprint", "id", "title", "name"})


def parse_body(body: bytes, *, max_bytes: int, media_type: str = "") -> Any:
    """What a body holds; GuardError where it is not JSON, and is not sent as a form or as a text either."""
    try:
        return parse_loosely(body, max_bytes=max_bytes)
    except GuardError:
        readers = [_read_form, _read_lines, *([_read_text] if media_type.startswith(PLAIN) else [])]
        documents = (read(body, max_bytes) for read in (readers if len(body) <= max_bytes else ()))
        document = next((document for document in documents if document is not None), None)
        if document is None:
            raise
        return document


def list_messages(document: Any) -> list[Any]:
    """The messages that a document holds, each with what stands around it."""
    if isinstance(document, list):
        return [
            message
            for entry in document
            for message in ([entry] if isinstance(entry, list) else list_messages(entry))
        ]
    if not isinstance(document, Mapping) or is_chat(document):
        return [document]
    is_message = bool(TITLES & document.keys())
    for name in LISTS:
        entries = document.get(name)
        if not (
            isinstance(entries, list) and entries and all(isinstance(entry, Mapping) for entry in entries)
        ):
            continue
        if not is_message or all(STATED & entry.keys() and NAMED & entry.keys() for entry in entries):
            return [{**_take_around(document, entry), **entry} for entry in entries]
    return [document]


def _take_around(document: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """What stands around a message, without its texts, and without links where the message has its own."""
    has_own = any(key.lower().endswith("url") for key in entry)
    return {
        key: value
        for key, value in document.items()
        if not isinstance(value, list | dict)
        and key not in TITLES
        and not (has_own and key.lower().endswith("url"))
    }


def _read_form(body: bytes, max_bytes: int) -> Any:
    """The `payload` of a form, as the webhooks of chats take it too."""
    if not body.startswith(b"payload="):
        return None
    try:
        fields = parse_qs(body.decode(), max_num_fields=100)
    except ValueError:
        return None
    return parse_loosely(fields["payload"][0].encode(), max_bytes=max_bytes) if "payload" in fields else None


def _read_lines(body: bytes, max_bytes: int) -> Any:
    """Objects line by line."""
    lines = [line for line in body.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for line in lines):
        return None
    return [parse_loosely(line, max_bytes=max_bytes) for line in lines]


def _read_text(body: bytes, max_bytes: int) -> Any:  # noqa: ARG001 as the others
    """A plain text."""
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        return None
    return {"text": text} if text and _is_printable(text) else None


def _is_printable(text: str) -> bool:
    return all(line.isprintable() for line in text.replace("\t", " ").splitlines())
