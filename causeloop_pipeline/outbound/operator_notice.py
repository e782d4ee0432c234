"""Tells an installation's operators that runs fail, or succeed again, by the one channel of the settings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.http import Request, exchange, require_success
from causeloop_pipeline.outbound.deliver import JSON, DeliverySettings
from causeloop_pipeline.outbound.email import send_email

SLACK = "slack+"
FORMS = "https://… (a webhook), slack+https://… (a Slack-compatible address) or mailto:…"


@dataclass(frozen=True)
class OperatorNotice:
    """That the runs of a trigger fail for one cause, or no longer do; nothing that a customer wrote."""

    notice_id: str
    trigger: str
    cause: str
    since: datetime
    failed_runs: int
    is_over: bool
    url: str

    @property
    def subject(self) -> str:
        """What occurred, in a few words."""
        return f"[Causeloop] runs of {self.trigger} {'succeed again' if self.is_over else 'fail'}"

    @property
    def text(self) -> str:
        """What occurred, since when, and what to do."""
        since = f"{self.since:%Y-%m-%d %H:%M} UTC"
        if self.is_over:
            runs = "1 run" if self.failed_runs == 1 else f"{self.failed_runs} runs"
            return f"Runs of {self.trigger} succeed again; {runs} had failed since {since}: {self.cause}."
        return (
            f"A run of {self.trigger} failed at {since}: {self.cause}. What it had claimed is done by the "
            "next run; look at the run in Dagster if no notice follows that runs succeed again."
        )


def send_notice(notice: OperatorNotice, channel: str, settings: DeliverySettings) -> None:
    """Send a notice; raises PermanentFailure or TransientFailure when it was not taken."""
    match urlsplit(channel).scheme:
        case "mailto":
            _send_email(notice, unquote(urlsplit(channel).path), settings)
        case "slack+https" | "slack+http":
            text = f"{_escape(notice.text)}\n<{notice.url}|Open in Dagster>"
            _post("operators' chat", channel.removeprefix(SLACK), {"text": text}, settings)
        case "https" | "http":
            _post("operators' webhook", channel, _webhook_body(notice), settings)
        case _:
            raise PermanentFailure(f"CAUSELOOP_OPERATOR_CHANNEL is none of {FORMS}")


def _post(receiver: str, url: str, body: dict[str, Any], settings: DeliverySettings) -> None:
    request = Request(f"the {receiver}", "POST", url, JSON, orjson.dumps(body))
    require_success(request, exchange(request, settings.egress))


def _webhook_body(notice: OperatorNotice) -> dict[str, Any]:
    kind = "runs.recovered" if notice.is_over else "runs.failing"
    data = {
        "trigger": notice.trigger,
        "cause": notice.cause,
        "since": notice.since.isoformat(),
        "failed_runs": notice.failed_runs,
        "url": notice.url,
        "text": notice.text,
    }
    return {"id": notice.notice_id, "type": kind, "data": data}


def _send_email(notice: OperatorNotice, to: str, settings: DeliverySettings) -> None:
    if settings.smtp_url is None:
        raise PermanentFailure(
            "CAUSELOOP_OPERATOR_CHANNEL is an e-mail address, but CAUSELOOP_SMTP_URL is not set"
        )
    text = f"{notice.text}\n\n{notice.url}\n"
    send_email(settings.smtp_url, settings.sender, to, notice.subject, text, notice.notice_id)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
