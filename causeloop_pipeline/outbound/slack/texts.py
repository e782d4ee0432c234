"""Texts in Slack: what others wrote is never markup, and nothing is longer than Slack takes."""

from typing import Any

MAX_HEADER, MAX_TEXT = 150, 3_000


def escape(text: str) -> str:
    """A text of others where Slack reads markup: no link and no mention, `<!channel>` included."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def flatten(text: str, limit: int = 200) -> str:
    """A text in one line, cut to a number of characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def write_plain(text: str, limit: int = MAX_TEXT) -> dict[str, Any]:
    """A text object in which Slack reads neither markup nor names of emoji."""
    return {"type": "plain_text", "text": text[:limit] or "–", "emoji": False}


def write_markup(text: str) -> dict[str, Any]:
    """A text object of our own words, in which texts of others are escaped."""
    return {"type": "mrkdwn", "text": text[:MAX_TEXT], "verbatim": True}
