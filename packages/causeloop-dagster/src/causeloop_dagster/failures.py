"""What failed, as Causeloop's ingest API takes it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

MAX_TITLE = 300
MAX_BODY = 20_000
MAX_NAMED = 50


@dataclass(frozen=True)
class Failure:
    """One failure: `key` names what keeps failing, `external_id` this one time."""

    key: str
    external_id: str
    title: str
    body: str
    error_type: str
    service: str
    severity: str
    failed_at: float
    run_id: str | None = None
    asset: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    def as_event(
        self,
        environment: str | None,
        *,
        also_failed: Sequence[str] = (),
        ended_at: float | None = None,
        changed_at: float | None = None,
    ) -> dict[str, Any]:
        """The event of the ingest API, open or ended."""
        attributes: dict[str, Any] = {**self.attributes, "key": self.key}
        if also_failed:
            attributes["also_failed"] = list(also_failed)[:MAX_NAMED]
        event: dict[str, Any] = {
            "source": "dagster",
            "external_id": self.external_id,
            "title": self.title[:MAX_TITLE],
            "body": self.body[:MAX_BODY],
            "error_type": self.error_type,
            "service": self.service,
            "severity": self.severity,
            "status": "open" if ended_at is None else "resolved",
            "source_created_at": write_time(self.failed_at),
            "source_updated_at": write_time(ended_at or changed_at or self.failed_at),
            "attributes": attributes,
        }
        if environment:
            event["environment"] = environment
        if ended_at is not None:
            event["resolved_at"] = write_time(ended_at)
        return {name: value for name, value in event.items() if value not in (None, "")}

    def as_question(self, environment: str | None) -> dict[str, Any]:
        """The failure as the look-up of earlier ones takes it."""
        question: dict[str, Any] = {
            "text": "\n".join(filter(None, (self.title, self.body)))[:MAX_BODY],
            "service": self.service,
            "occurred_at": write_time(self.failed_at),
            "limit": 1,
        }
        return {**question, "environment": environment} if environment else question


def write_time(moment: float) -> str:
    """Seconds since 1970 as an ISO instant."""
    return datetime.fromtimestamp(moment, timezone.utc).isoformat()  # noqa: UP017 Python 3.10 has no UTC
