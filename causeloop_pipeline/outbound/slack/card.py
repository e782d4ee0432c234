"""The card of a pattern in Block Kit: facts, quotes in plain text, and buttons; and why it comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from causeloop_pipeline.model.slack import ResurfacingReason
from causeloop_pipeline.outbound.comment_text import (
    Recurrence,
    write_day,
    write_expectation,
    write_fix,
    write_openness,
    write_ordinal,
)
from causeloop_pipeline.outbound.last_ending import write_last_ending
from causeloop_pipeline.outbound.slack.texts import MAX_HEADER, escape, flatten, write_markup, write_plain

SAME, NOT_SAME, FIXED, SNOOZE, OPEN = (
    "causeloop_same",
    "causeloop_not_same",
    "causeloop_fixed",
    "causeloop_snooze",
    "causeloop_open",
)
SNOOZE_DAYS = {1: "for a day", 7: "for a week", 30: "for 30 days"}
MERGED = "This failure is a part of another pattern now."


@dataclass(frozen=True)
class CardFacts:
    """What a card states of a pattern; instants are in the workspace's time zone."""

    pattern_id: str
    name: str
    service: str | None
    severity: str
    status: str
    occurrences: int
    last_at: datetime
    recurrence: Recurrence
    latest_issue_id: str | None
    """The latest issue, where others are with it in the pattern."""
    latest_title: str | None = None
    ending: Mapping[str, Any] | None = None
    owner: str | None = None
    snoozed_until: datetime | None = None


def build_card(facts: CardFacts) -> dict[str, Any]:
    """The card's blocks, and its text for notifications."""
    state = _write_state(facts)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": write_plain(flatten(facts.name, MAX_HEADER), MAX_HEADER)},
        {"type": "section", "text": write_markup(state)},
        *_build_quotes(facts),
        {"type": "actions", "elements": _build_buttons(facts)},
    ]
    return {"text": f"{escape(flatten(facts.name, 300))}: {state}"[:3_000], "blocks": blocks}


def build_resurfacing(facts: CardFacts, sentences: Sequence[str]) -> dict[str, Any]:
    """The message by which a pattern comes back into the channel, with each reason in a sentence."""
    why = " ".join(sentences)
    expected = write_expectation(facts.recurrence)
    blocks = [
        {"type": "header", "text": write_plain(flatten(facts.name, MAX_HEADER), MAX_HEADER)},
        {"type": "section", "text": write_markup(" ".join(filter(None, (f"*{why}*", expected))))},
        {"type": "actions", "elements": [_build_link(facts)]},
    ]
    return {"text": f"{escape(flatten(facts.name, 300))}: {why} {expected}".strip(), "blocks": blocks}


def build_merged(name: str, url: str) -> dict[str, Any]:
    """What the card becomes when its pattern no longer exists."""
    blocks = [
        {"type": "header", "text": write_plain(flatten(name, MAX_HEADER), MAX_HEADER)},
        {"type": "section", "text": write_markup(f"{MERGED} <{url}|See where it went>")},
    ]
    return {"text": f"{escape(flatten(name, 300))}: {MERGED}", "blocks": blocks}


def _write_state(facts: CardFacts) -> str:
    times = f"{facts.occurrences:,} time{'' if facts.occurrences == 1 else 's'}"
    sentences = [
        f"Occurred {times}, last on {write_day(facts.last_at)} at {facts.last_at:%H:%M}.",
        _write_last_fix(facts),
        write_expectation(facts.recurrence) if facts.status != "resolved" else "It is resolved.",
        f"Snoozed until {write_day(facts.snoozed_until)}." if facts.snoozed_until else "",
    ]
    return " ".join(filter(None, sentences))


def _write_last_fix(facts: CardFacts) -> str:
    fixed_at = facts.recurrence.fixed_at
    if fixed_at is None or facts.last_at > fixed_at:
        return write_fix(facts.recurrence)
    verdict = facts.recurrence.verdict
    if verdict is not None and verdict.is_final:
        # No occurrence since, whatever the verdict: what failed is stated as it is where something came back.
        return f"Fixed on {write_day(fixed_at)}: {verdict.label}."
    return f"A fix was claimed on {write_day(fixed_at)}; {write_openness(verdict)}."


def _build_quotes(facts: CardFacts) -> list[dict[str, Any]]:
    """What tools and people wrote, in plain text."""
    lines = [
        f"Latest: “{flatten(facts.latest_title)}”" if facts.latest_title else "",
        write_last_ending(facts.ending),
    ]
    about = [
        f"severity {facts.severity}",
        f"service {flatten(facts.service, 100)}" if facts.service else "",
        f"whom to tell: {flatten(facts.owner, 100)}" if facts.owner else "",
    ]
    quoted = "\n".join(filter(None, lines))
    section = [{"type": "section", "text": write_plain(quoted)}] if quoted else []
    return [
        *section,
        {"type": "context", "elements": [write_plain(" · ".join(filter(None, about)))]},
    ]


def _build_buttons(facts: CardFacts) -> list[dict[str, Any]]:
    pattern_id = facts.pattern_id
    buttons = []
    if facts.latest_issue_id is not None:
        pair = f"{pattern_id}:{facts.latest_issue_id}"
        buttons = [
            _build_button(SAME, "Latest is the same", pair),
            _build_button(NOT_SAME, "Not the same", pair),
        ]
    question = "Its proof begins now: it counts what recurs from this moment on."
    fixed = _build_button(FIXED, "Fixed", pattern_id) | {
        "confirm": {
            "title": write_plain("Is a fix in place?"),
            "text": write_plain(question),
            "confirm": write_plain("It is in place"),
            "deny": write_plain("Not yet"),
        }
    }
    snooze = {
        "type": "static_select",
        "action_id": SNOOZE,
        "placeholder": write_plain("Snooze"),
        "options": [
            {"text": write_plain(label.capitalize()), "value": f"{pattern_id}:{days}"}
            for days, label in SNOOZE_DAYS.items()
        ],
    }
    return [*buttons, fixed, snooze, _build_link(facts)]


def _build_button(action_id: str, label: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": write_plain(label), "value": value}


def _build_link(facts: CardFacts) -> dict[str, Any]:
    button = _build_button(OPEN, "Open in Causeloop", facts.pattern_id)
    return button | {"url": facts.recurrence.pattern_url}


def write_reason(facts: CardFacts, reason: ResurfacingReason, pace: str) -> str:
    """Why a pattern comes back, in one sentence of our own words; `pace` says how it changed."""
    match reason:
        case ResurfacingReason.FIX_FAILED:
            return write_fix(replace(facts.recurrence, ended_at=None)) or "The fix did not hold."
        case ResurfacingReason.SEVERITY_ROSE:
            return f"Its severity rose to {facts.severity}."
        case ResurfacingReason.PACE_CHANGED:
            return pace
        case ResurfacingReason.ROUND_NUMBER:
            return f"It has occurred for the {write_ordinal(facts.occurrences)} time."
