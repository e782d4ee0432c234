"""Chat messages as Slack, Mattermost, Discord, Teams and Google Chat take them: lines, fields, links."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.connectors.mapping.plain_texts import TAG
from causeloop_pipeline.landing.state_words import name_colour

PARTS = ("attachments", "blocks", "embeds", "sections", "cards", "cardsV2", "cards_v2")
"""Under which names a chat message has its parts; one of them makes it one."""
LABELS = ("title", "name", "label", "topLabel", "key", "activityTitle")
VALUES = ("value", "content", "text")
COLOURS = ("color", "colour", "themeColor")
TITLES = ("title", "activityTitle", "header")
TEXTS = ("text", "content", "pretext", "description", "subtitle", "activitySubtitle")
LINES = ("text", "content")
SUMMARIES = ("summary", "fallback")
"""Written for those who cannot see the parts."""
HEAVY = ("bolder", "Bolder")
"""How the headings of an Adaptive Card are written."""
BUTTONS = frozenset({"actions", "potentialAction", "targets", "elements", "accessory", "links"})
"""Parts of which only the link counts."""
LINKS = ("title_link", "titleLink", "url", "uri", "href", "link")
NO_LINKS = frozenset({"image", "icon", "thumbnail", "author", "footer", "avatar", "imageUrl", "iconUrl"})
NO_LABEL = 60
"""A longer text is not a name of a field."""
MAX_DEPTH, MAX_PARTS = 10, 500
LINK = re.compile(
    r"<(https?://[^|>\s]{1,500})(?:\|([^>]{0,300}))?>|\[([^\]]{1,300})\]\((https?://[^)\s]{1,500})\)"
)
MAX_TEXT = 8_000
MENTION = re.compile(r"<[!@#][^>]{0,100}>|@(?:here|channel|everyone|all)\b")
STYLE = re.compile(r"(?<![\w*])([*_~`]{1,3})(?=\S)([^\n]{1,300}?)(?<=\S)\1(?!\w)")
FIELD_LINE = re.compile(
    r"^\W{0,3}([A-Za-z][\w /-]{1,30}?)\W{0,3}[:=]\W{0,3}(?:\s|(?<=\n))\s*(\S.{0,300})$", re.S
)


@dataclass
class Opened:
    """What was found in the parts of a message, in their order."""

    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    labelled: dict[str, Any] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    times: list[Any] = field(default_factory=list)


def is_chat(document: Mapping[str, Any]) -> bool:
    """Whether a body has the parts of a chat message, or is nothing but some lines."""
    has_parts = any(isinstance(document.get(name), list) and document[name] for name in PARTS)
    is_card = str(document.get("@type", "")) == "MessageCard"
    return has_parts or is_card or any("\n" in str(document.get(name, "")) for name in LINES)


def open_chat(document: Mapping[str, Any]) -> Opened:
    """The lines, fields, links and colours of a chat message."""
    opened = Opened()
    for number, (place, node) in enumerate(_walk(document, "", 0)):
        if number >= MAX_PARTS:
            break
        _open_part(opened, place, node)
    for text in opened.texts.copy():
        for line in text.splitlines():
            if pair := FIELD_LINE.match(plain(line)):
                opened.labelled.setdefault(pair[1], pair[2].strip())
    return opened


def plain(text: str) -> str:
    """A text without mentions, links and emphasis."""
    text, rest = TAG.sub(" ", text[:MAX_TEXT]), text[MAX_TEXT:]
    text = LINK.sub(lambda link: link[2] or link[3] or link[1] or "", MENTION.sub("", text))
    return (STYLE.sub(r"\2", STYLE.sub(r"\2", text)) + rest).strip()


def find_link(text: str) -> str | None:
    """The first address that a text links to."""
    link = LINK.search(text[:MAX_TEXT])
    return (link[1] or link[4]) if link else None


def _walk(node: Any, place: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a message with the name that it stands under, the outer ones first."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, list):
        for entry in node:
            yield from _walk(entry, place, depth + 1)
    elif isinstance(node, Mapping):
        yield place, dict(node)
        for name, value in node.items():
            if name not in NO_LINKS:
                yield from _walk(value, name, depth + 1)


def _open_part(opened: Opened, place: str, node: dict[str, Any]) -> None:
    opened.colours += filter(None, (name_colour(node.get(name)) for name in COLOURS))
    opened.links += [node[name] for name in LINKS if _is_link(node.get(name))]
    opened.times += [node[name] for name in ("ts", "timestamp") if node.get(name) not in (None, "")]
    if place in BUTTONS:
        return
    if pair := _read_pair(place, node):
        opened.labelled.setdefault(*pair)
        return
    opened.summaries += [node[name] for name in SUMMARIES if isinstance(node.get(name), str)]
    is_heading = place == "header" or node.get("type") == "header" or node.get("weight") in HEAVY
    for name in (*TITLES, *TEXTS):
        content = node.get(name)
        is_inner = isinstance(content, Mapping)
        text = content.get("text") if isinstance(content, Mapping) else content
        if isinstance(text, str) and plain(text):
            _open_text(opened, place, text, is_title=name in TITLES or is_heading, is_inner=is_inner)


def _open_text(opened: Opened, place: str, text: str, *, is_title: bool, is_inner: bool) -> None:
    opened.links += [link] if (link := find_link(text)) else []
    pair = FIELD_LINE.match(plain(text)) if place in {"fields", "facts"} else None
    if pair and not is_inner:
        opened.labelled.setdefault(pair[1], pair[2].strip())
    elif is_title:
        opened.titles.append(text)
    elif text not in opened.texts:
        opened.texts.append(text)


def _is_link(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _read_pair(place: str, node: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The name and the value of a field, where a part is nothing else."""
    if place in {"attachments", "embeds", "sections", "blocks", ""}:
        return None
    label = next((node[name] for name in LABELS if isinstance(node.get(name), str)), None)
    value = next((node[name] for name in VALUES if isinstance(node.get(name), str | int | float)), None)
    if label is None or value is None or not plain(label) or len(label) > NO_LABEL:
        return None
    return plain(label).rstrip(":"), plain(value) if isinstance(value, str) else value
