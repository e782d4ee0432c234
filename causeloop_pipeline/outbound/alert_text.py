"""Formats an alert for each type of channel."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Alert:
    """What crossed a rule's threshold, with its sample size and where to look."""

    rule: str
    workspace: str
    pattern_id: str
    pattern: str
    service: str | None
    probability: float
    threshold: float
    window_days: int
    event_count: int
    likely_trigger: str | None
    url: str

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Alert":
        """The alert that an outbox row holds."""
        return cls(**body)


def sentence(alert: Alert) -> str:
    """The alert in one line."""
    where = f" in {alert.service}" if alert.service else ""
    return (
        f"{alert.pattern}{where} recurs within {alert.window_days} days with probability "
        f"{alert.probability:.0%} (rule “{alert.rule}”: {alert.threshold:.0%}; "
        f"{alert.event_count} events seen)"
    )


def webhook_body(alert: Alert, message_id: str) -> dict[str, Any]:
    """What a program receives."""
    return {"id": message_id, "type": "prediction.alert", "data": {**vars(alert), "text": sentence(alert)}}


def slack_body(alert: Alert) -> dict[str, Any]:
    """What a Slack-compatible incoming webhook receives; the tool's own markup is escaped."""
    trigger = f"\nLikely trigger: {_escape(alert.likely_trigger)}" if alert.likely_trigger else ""
    return {"text": f"{_escape(sentence(alert))}{trigger}\n<{alert.url}|Open in Causeloop>"}


def email_text(alert: Alert) -> tuple[str, str]:
    """Subject and plain text of an e-mail; a line break in a name cannot forge a header."""
    subject = " ".join(f"[{alert.workspace}] {alert.pattern}: {alert.probability:.0%}".split())
    trigger = f"\n\nLikely trigger: {alert.likely_trigger}" if alert.likely_trigger else ""
    return subject[:200], f"{sentence(alert)}.{trigger}\n\n{alert.url}\n"


def _escape(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
