"""Delivers one alert or weekly report to one channel; when `deliver` returns, the receiver has accepted it.

A webhook carries the message's id, the same one at every attempt, so that its receiver can drop duplicates.
Webhook and Slack addresses are entered by tenants and reached through the egress guard; the mail server is
the administrator's own setting.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.http import Request, exchange, require_success
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.alert_text import Alert, build_slack_body, build_webhook_body, write_email
from causeloop_pipeline.outbound.email import send_email
from causeloop_pipeline.outbound.report_text import write_report
from causeloop_pipeline.outbound.standard_webhooks import SigningSecretError, sign_headers

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Delivery:
    """One alert for one channel as its rule stores it; `secrets` are the rule's, by channel number."""

    message_id: UUID
    channel: Mapping[str, Any]
    body: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)

    def secret(self, name: str) -> str:
        """A secret of this channel."""
        try:
            return self.secrets[f"{self.channel['number']}.{name}"]
        except KeyError:
            raise PermanentFailure(
                f"the {self.channel['type']} channel has no {name}: enter the channel again"
            ) from None


@dataclass(frozen=True)
class DeliverySettings:
    """What this installation delivers with: egress policy, mail server, sender and clock."""

    egress: EgressPolicy
    smtp_url: str | None = field(repr=False)
    sender: str
    now: Callable[[], datetime]


def deliver(delivery: Delivery, settings: DeliverySettings) -> None:
    """Send the alert; raises PermanentFailure or TransientFailure when it was not accepted."""
    kind = delivery.channel["type"]
    if kind == "report":
        _send(delivery, write_report(delivery.body), settings)
        return
    alert = Alert.of(dict(delivery.body))
    match kind:
        case "webhook":
            _post(_build_webhook_request(delivery, alert, settings.now()), settings.egress)
        case "slack":
            _post(_build_slack_request(delivery, alert), settings.egress)
        case "email":
            _send(delivery, write_email(alert), settings)
        case _:
            raise PermanentFailure(f"{kind!r} is not a type of channel: enter the channel again")


def _post(request: Request, egress: EgressPolicy) -> None:
    require_success(request, exchange(request, egress))


def _build_webhook_request(delivery: Delivery, alert: Alert, now: datetime) -> Request:
    message_id, url = str(delivery.message_id), str(delivery.channel["url"])
    content = orjson.dumps(build_webhook_body(alert, message_id))
    try:
        signed = sign_headers(delivery.secret("secret"), message_id, content, now)
    except SigningSecretError as error:
        raise PermanentFailure(str(error)) from None
    return Request(f"the webhook at {_read_host(url)}", "POST", url, {**JSON, **signed}, content)


def _build_slack_request(delivery: Delivery, alert: Alert) -> Request:
    url = delivery.secret("url")
    return Request(f"the chat at {_read_host(url)}", "POST", url, JSON, orjson.dumps(build_slack_body(alert)))


def _send(delivery: Delivery, mail: tuple[str, str], settings: DeliverySettings) -> None:
    if settings.smtp_url is None:
        raise PermanentFailure("this installation sends no e-mail: an administrator sets CAUSELOOP_SMTP_URL")
    subject, text = mail
    to = str(delivery.channel["to"])
    send_email(settings.smtp_url, settings.sender, to, subject, text, str(delivery.message_id))


def _read_host(url: str) -> str:
    return urlsplit(url).hostname or "no host"
