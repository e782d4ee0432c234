"""What a ticket says, as Markdown, plain text or HTML: failure texts are escaped in each of them."""

import html

from causeloop_pipeline.connectors.ticket_marker import build_marker
from causeloop_pipeline.outbound.tickets import Draft

NOTHING = "\u200b"
"""The zero-width space, which separates the characters around it."""


def write_markdown(draft: Draft) -> str:
    """Paragraphs, and the steps as a task list."""
    steps = "\n".join(f"- [ ] {defuse(step)}" for step in _list_steps(draft))
    parts = (defuse(draft.rationale), steps, defuse(draft.expected), draft.url)
    return "\n\n".join(filter(None, parts))


def write_plain(draft: Draft) -> str:
    """Paragraphs, numbered steps, and the marker as the last line."""
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(_list_steps(draft), 1))
    parts = (draft.rationale, steps, draft.expected, draft.url, build_marker(draft.recommendation_id))
    return "\n\n".join(filter(None, parts))


def write_html(draft: Draft) -> str:
    """Paragraphs and a numbered list."""
    steps = "".join(f"<li>{html.escape(step)}</li>" for step in _list_steps(draft))
    paragraphs = [f"<p>{html.escape(text)}</p>" for text in (draft.rationale, draft.expected) if text]
    link = f'<p><a href="{html.escape(draft.url)}">{html.escape(draft.url)}</a></p>'
    return "".join((*paragraphs[:1], f"<ol>{steps}</ol>" if steps else "", *paragraphs[1:], link))


def defuse(text: str) -> str:
    """Neutralize a text: no @ mentions, no slash commands, no fake ticket markers."""
    text = text.replace("@", f"@{NOTHING}").replace("<!--", f"<{NOTHING}!--")
    return "\n".join(
        f"{NOTHING}{line}" if line.lstrip().startswith("/") else line for line in text.split("\n")
    )


def _list_steps(draft: Draft) -> list[str]:
    return [" ".join(step.split()) for step in draft.steps if step.strip()]
