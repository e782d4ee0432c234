"""Speaks JSON with a tracker as its connector is configured: address, credentials and limits alike.

All that is asked of it in one attempt ends before the next attempt may begin, so that no two of them overlap.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import orjson

from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.credentials import Identity
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.http import SECONDS, Answer, Request, exchange, refusal
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.retry_policy import asked_wait, is_limit

ATTEMPT_SECONDS = 90.0
ADVICE = {
    401: "the credentials are not accepted: enter new ones in the connector",
    403: "the credentials may not write tickets: give them that permission",
    404: "there is nothing at this address, or the credentials may not see it",
    410: "it has been deleted",
}


@dataclass(frozen=True)
class TrackerApi:
    """One tracker with one identity."""

    connector: Connector
    base_url: str
    proof: Identity = field(repr=False)
    egress: EgressPolicy
    ends: float = field(default_factory=lambda: time.monotonic() + ATTEMPT_SECONDS)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What the tracker says."""
        return self._asked("GET", path, params or {}, None)

    def post(self, path: str, document: Any) -> Any:
        """What the tracker says to a document."""
        return self._asked("POST", path, {}, orjson.dumps(document))

    def text(self, document: Any, path: str) -> str:
        """A value that a tracker's answer must hold."""
        value = value_at(document, path)
        if value in (None, "") or isinstance(value, dict | list):
            raise TransientFailure(f"{self.connector.title} answered without {path!r}: is the address right?")
        return str(value)

    def _asked(self, method: str, path: str, params: Mapping[str, str], content: bytes | None) -> Any:
        asked = httpx2.URL(self.base_url + path).copy_merge_params([*params.items(), *self.proof.parameters])
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            **dict(self.connector.headers),
            **dict(self.proof.headers),
        }
        request = Request(self.connector.title, method, str(asked), headers, content)
        answer = exchange(request, self.egress, self._seconds_left())
        if not 200 <= answer.status < 300:
            raise self._refused(request, answer)
        try:
            return orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            raise TransientFailure(
                f"{self.connector.title} answered no JSON: is the address right?"
            ) from None

    def _seconds_left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TransientFailure(f"{self.connector.title} took longer than {ATTEMPT_SECONDS:g} s in all")
        return min(left, SECONDS)

    def _refused(self, request: Request, answer: Answer) -> OutsideFailure:
        """Why it refuses, in its own words, without any credential that it repeats."""
        title, limit = self.connector.title, self.connector.rate_limit
        if is_limit(limit, answer.status, answer.headers):
            seconds = asked_wait(limit, answer.headers, datetime.now(UTC))
            wait = None if seconds is None else timedelta(seconds=min(seconds, 86_400))
            return TransientFailure(f"{title} asks us to wait", answer.status, wait)
        failure = refusal(request, answer)
        if isinstance(failure, PermanentFailure):
            words = " ".join(answer.body[:300].decode("utf-8", "replace").split())
            advice = ADVICE.get(answer.status, f"it refuses the ticket ({words})")
            return PermanentFailure(self.proof.blotted(f"{title}: {answer.status}, {advice}"), answer.status)
        return failure
