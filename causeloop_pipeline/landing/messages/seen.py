"""The values of a message: which of them is which field, and its line that says what failed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.landing.failure_lines import has_word
from causeloop_pipeline.landing.failure_text import read_failure
from causeloop_pipeline.landing.messages.chat import LINES, PARTS, Opened, is_chat, open_chat, plain
from causeloop_pipeline.landing.messages.fields import flatten_message, read_workload, recognize_fields
from causeloop_pipeline.landing.messages.identity import find_run_name, find_subject, find_thing_id
from causeloop_pipeline.landing.state_words import judge_word

OF_CHATS = frozenset(
    {"username", "alias", "emoji", "avatar", "icon_url", "icon_emoji", "avatar_url", "channel", "roomId"}
    | {"mrkdwn", "link_names"}
)
"""How a chat shows a message: nothing of the failure, though `alias` elsewhere names what fails."""


PERSON = r"creator|user|author|owner|sender"


class NoMessageError(ValueError):
    """Nothing in a body reads like a title."""


@dataclass(frozen=True)
class Seen:
    """The values of a message, which of them is which field, and its lines."""

    flat: Mapping[str, Any]
    columns: Mapping[str, str]
    title: str
    is_named: bool = True
    """Whether a value is its title, rather than that it was pieced together."""
    opened: Opened = field(default_factory=Opened)

    def at(self, name: str) -> Any:
        """The value of a field."""
        return self.flat[self.columns[name]] if name in self.columns else None


def look_at(message: Mapping[str, Any], chosen: Mapping[str, str]) -> Seen:
    """The values and the line of a message; NoMessageError where nothing reads like a title."""
    if not is_chat(message):
        flat = flatten_message(read_workload(message))
        columns = recognize_fields(flat, chosen)
        return Seen(flat, columns, _find_title(flat, columns), "title" in columns)
    opened = open_chat(message)
    rest = {name: value for name, value in message.items() if name not in {*PARTS, *OF_CHATS}}
    flat = {
        **opened.labelled,
        **{name: rest[name] for name in rest if not isinstance(rest[name], list | dict)},
    }
    lines = [*opened.titles, *opened.texts, *opened.summaries]
    title = _read_title(next((text for text in map(plain, lines) if has_word(text)), ""))
    columns = {
        name: column
        for name, column in recognize_fields(flat, chosen).items()
        if name not in {"title", "body"} and plain(str(flat[column])) not in (title, *map(plain, lines))
    }
    return Seen(flat, columns, title, opened=opened)


def _find_title(flat: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """What the message says; else what failed and how; of an end, its id."""
    subject, service = find_subject(flat) or find_run_name(flat), flat.get(columns.get("service", ""))
    if "title" in columns:
        text = str(flat[columns["title"]])
        text = plain(text) if columns["title"].rpartition(".")[2] in LINES else text
        is_state = re.fullmatch(r"\s*\w+\s*", text) and judge_word(text)
        whose = next((name for name in (subject, service) if name and name != text), None)
        return _read_title(f"{whose}: {text}" if is_state and whose else text)
    reasons = [flat.get(columns.get(name, "")) for name in ("error_type", "body", "status")]
    lines = (line for reason in reasons for line in str(reason or "").strip().splitlines())
    reason = next(lines, "")
    parts = [str(part) for part in (subject or service, reason) if part]
    named = (
        value
        for name, value in flat.items()
        if name.endswith("name") and isinstance(value, str) and not re.search(PERSON, name)
    )
    return _read_title(": ".join(parts) or next(named, None) or find_thing_id(flat))


def _read_title(text: str | None) -> str:
    """The first line of a text; of a trace, what was raised."""
    if not text or not has_word(text):
        raise NoMessageError("nothing in it reads like a title: map the field that holds it")
    return read_failure(text).titles[-1]
