"""An alert that tests deliver, and what a delivery needs around it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.deliver import Delivery, DeliverySettings

MESSAGE_ID = UUID("0197f3a0-0000-7000-8000-000000000001")
SENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALERT: dict[str, Any] = {
    "rule": "Often",
    "workspace": "Storefront",
    "pattern_id": "00000000-0000-0000-0000-00000000000a",
    "pattern": "Pool <exhausted> & slow",
    "service": "checkout",
    "probability": 0.834,
    "threshold": 0.7,
    "window_days": 7,
    "event_count": 23,
    "likely_trigger": "Deploys of checkout <b>on Fridays</b>",
    "url": "https://causeloop.example/#/patterns/a",
}


def delivery(channel: dict[str, Any], secrets: dict[str, str] | None = None, **changes: object) -> Delivery:
    """The alert on its way to a rule's only channel."""
    return Delivery(MESSAGE_ID, {**channel, "number": 0}, {**ALERT, **changes}, secrets or {})


def delivery_settings(egress: EgressPolicy | None = None, smtp_url: str | None = None) -> DeliverySettings:
    """Delivers at a fixed moment."""
    return DeliverySettings(
        egress or EgressPolicy(), smtp_url, "Causeloop <alerts@causeloop.example>", lambda: SENT
    )
