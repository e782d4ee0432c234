"""Notifies an installation's operators of failures and recoveries, by the channel in the settings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import orjson

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.http import Request, exchange, require_success
from causeloop_pipeline.outbound.deliver import JSON, DeliverySettings
from causeloop_pipeline.outbound.email import send_email

SLACK = "slack+"
FORMS = "https://… (a webhook), slack+https://… (a Slack-compatible address) or mailto:…"


class Notice(Protocol):
    """A notice to operators; `data` holds its fields for programs."""

    @property
    def notice_id(self) -> str:
        """The id, the same when a notice is sent again."""

    @property
    def kind(self) -> str:
        """The kind of notice, for programs."""

    @property
    def subject(self) -> str:
        """The failure in a few words."""

    @property
    def text(self) -> str:
        """The failure, since when, and what to do."""

    @property
    def url(self) -> str:
        """Where to look."""

    @property
    def data(self) -> dict[str, Any]:
        """The same as fields."""


@dataclass(frozen=True)
class OperatorNotice:
    """A trigger's runs fail for one cause, or have recovered; contains no customer text."""

    notice_id: str
    trigger: str
    cause: str
    since: datetime
    failed_runs: int
    is_over: bool
    url: str

    @property
    def subject(self) -> str:
        """The failure in a few words."""
        return f"[Causeloop] runs of {self.trigger} {'succeed again' if self.is_over else 'fail'}"

    @property
    def text(self) -> str:
        """The failure, since when, and what to do."""
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if self.is_over:
            runs = "1 run" if self.failed_runs == 1 else f"{self.failed_runs} runs"
            return f"Runs of {self.trigger} succeed again; {runs} had failed since {since}: {self.cause}."
        return (
            f"A run of {self.trigger} failed at {since}: {self.cause}. What it had claimed is done by the "
            "next run; look at the run in Dagster if no notice follows that runs succeed again."
        )

    @property
    def kind(self) -> str:
        """The kind of notice, for programs."""
        return "runs.recovered" if self.is_over else "runs.failing"

    @property
    def data(self) -> dict[str, Any]:
        """The same as fields."""
        return {
            "trigger": self.trigger,
            "cause": self.cause,
            "since": self.since.isoformat(),
            "failed_runs": self.failed_runs,
        }


@dataclass(frozen=True)
class SilentFailureNotice:
    """Something fails that no run or person reports, or has recovered."""

    notice_id: str
    failure: str
    explanation: str
    since: datetime
    is_over: bool
    url: str

    @property
    def kind(self) -> str:
        """The kind of notice, for programs."""
        return "silence.ended" if self.is_over else "silence.began"

    @property
    def subject(self) -> str:
        """The failure in a few words."""
        return f"[Causeloop] {'over: ' if self.is_over else ''}{self.failure}"

    @property
    def text(self) -> str:
        """The failure, since when, and what to do."""
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if self.is_over:
            return f"It is over: {self.failure}, noticed at {since}."
        return f"Noticed at {since}: {self.failure}. {self.explanation}"

    @property
    def data(self) -> dict[str, Any]:
        """The same as fields."""
        return {"failure": self.failure, "since": self.since.isoformat()}


def send_notice(notice: Notice, channel: str, settings: DeliverySettings) -> None:
    """Send a notice; raises PermanentFailure or TransientFailure when it was not accepted."""
    match urlsplit(channel).scheme:
        case "mailto":
            _send_email(notice, unquote(urlsplit(channel).path), settings)
        case "slack+https" | "slack+http":
            text = f"{_escape(notice.text)}\n<{notice.url}|Open in Dagster>"
            _post("operators' chat", channel.removeprefix(SLACK), {"text": text}, settings)
        case "https" | "http":
            _post("operators' webhook", channel, _build_webhook_body(notice), settings)
        case _:
            raise PermanentFailure(f"CAUSELOOP_OPERATOR_CHANNEL is none of {FORMS}")


def _post(receiver: str, url: str, body: dict[str, Any], settings: DeliverySettings) -> None:
    request = Request(f"the {receiver}", "POST", url, JSON, orjson.dumps(body))
    require_success(request, exchange(request, settings.egress))


def _build_webhook_body(notice: Notice) -> dict[str, Any]:
    data = {**notice.data, "url": notice.url, "text": notice.text}
    return {"id": notice.notice_id, "type": notice.kind, "data": data}


def _send_email(notice: Notice, to: str, settings: DeliverySettings) -> None:
    if settings.smtp_url is None:
        raise PermanentFailure(
            "CAUSELOOP_OPERATOR_CHANNEL is an e-mail address, but CAUSELOOP_SMTP_URL is not set"
        )
    text = f"{notice.text}\n\n{notice.url}\n"
    send_email(settings.smtp_url, settings.sender, to, notice.subject, text, notice.notice_id)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
