"""Formats an alert for each type of channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.outbound.last_ending import write_last_ending

MAX_NAMES = 20


@dataclass(frozen=True)
class Alert:
    """A prediction that crossed a rule's threshold, with its sample size and a link."""

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
    last_ending: Mapping[str, Any] | None = None
    """What ended it last time, as its tool tells: words of others, to be quoted."""
    others: Sequence[str] = ()
    """Names of the patterns that crossed the threshold with this one."""
    owner: str | None = None
    """Whom to tell, with how to reach them."""

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Alert":
        """The alert that an outbox row holds."""
        return cls(**body)


def write_sentence(alert: Alert) -> str:
    """The alert in one line."""
    where = f" in {alert.service}" if alert.service else ""
    return (
        f"{alert.pattern}{where} is {write_probability(alert.probability)} likely to recur within "
        f"{alert.window_days} days (rule “{alert.rule}” warns from {100 * alert.threshold:.0f} %; "
        f"{alert.event_count:,} events so far)"
    )


def name_others(alert: Alert) -> str:
    """The other patterns that crossed the threshold, in one line; empty without any."""
    if not alert.others:
        return ""
    more = len(alert.others) - MAX_NAMES
    names = ", ".join(alert.others[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
    return f"Also above the threshold: {names}"


def build_webhook_body(alert: Alert, message_id: str) -> dict[str, Any]:
    """The JSON body for programs."""
    return {
        "id": message_id,
        "type": "prediction.alert",
        "data": {**vars(alert), "text": write_sentence(alert)},
    }


def build_slack_body(alert: Alert) -> dict[str, Any]:
    """The body for a Slack-compatible incoming webhook; the tool's markup is escaped."""
    trigger = f"\nLikely trigger: {_escape(alert.likely_trigger)}" if alert.likely_trigger else ""
    others = f"\n{_escape(name_others(alert))}" if alert.others else ""
    ended = f"\n{_escape(write_last_ending(alert.last_ending))}" if alert.last_ending else ""
    owner = f"\nWhom to tell: {_escape(alert.owner)}" if alert.owner else ""
    text = f"{_escape(write_sentence(alert))}{others}{ended}{trigger}{owner}"
    return {"text": f"{text}\n<{alert.url}|Open in Causeloop>"}


def write_email(alert: Alert) -> tuple[str, str]:
    """Subject and plain text of an e-mail; a line break in a name cannot forge a header."""
    subject = " ".join(f"[{alert.workspace}] {alert.pattern}: {write_probability(alert.probability)}".split())
    trigger = f"\n\nLikely trigger: {alert.likely_trigger}" if alert.likely_trigger else ""
    others = f"\n\n{name_others(alert)}." if alert.others else ""
    ended = f"\n\n{write_last_ending(alert.last_ending)}" if alert.last_ending else ""
    owner = f"\n\nWhom to tell: {alert.owner}" if alert.owner else ""
    return subject[:200], f"{write_sentence(alert)}.{others}{ended}{trigger}{owner}\n\n{alert.url}\n"


def _escape(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
