"""Sends JSON to a tracker with the address, credentials and rate limit of its connector.

All requests of one attempt end before the next attempt may begin, so that no two attempts overlap.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.credentials import Credentials
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.http import Limits, Request, Response, build_failure, exchange
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.receivers import check_receiver
from causeloop_pipeline.egress.retry_policy import is_rate_limited, read_retry_after

ATTEMPT_SECONDS = 90.0
NO_CONTENT = 204
TICKET_ADVICE = {
    401: "the credentials are not accepted: enter new ones in the connector",
    403: "the credentials may not write tickets: give them that permission",
    404: "there is nothing at this address, or the credentials may not see it",
    410: "it has been deleted",
}


@dataclass(frozen=True)
class TrackerApi:
    """One tracker with one set of credentials."""

    connector: Connector
    base_url: str
    credentials: Credentials = field(repr=False)
    egress: EgressPolicy
    origins: frozenset[str]
    """Where the credentials belong, and nowhere else are they sent."""
    ends: float = field(default_factory=lambda: time.monotonic() + ATTEMPT_SECONDS)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The tracker's answer."""
        return self._send("GET", path, params or {}, None)

    def post(self, path: str, document: Any, content_type: str = "application/json") -> Any:
        """The tracker's answer to a document."""
        return self._send("POST", path, {}, orjson.dumps(document), content_type)

    def patch(self, path: str, document: Any) -> Any:
        """The tracker's answer to a change of some fields."""
        return self._send("PATCH", path, {}, orjson.dumps(document))

    def replace(self, path: str, document: Any) -> Any:
        """The tracker's answer to a document that takes another one's place."""
        return self._send("PUT", path, {}, orjson.dumps(document))

    def query(self, graphql: str, variables: Mapping[str, Any]) -> Any:
        """The data of a GraphQL query or mutation; PermanentFailure where the tracker reports errors."""
        answer = self.post("/graphql", {"query": graphql, "variables": variables})
        if errors := find_value(answer, "errors"):
            reason = find_value(errors, "0.message") or "an error without a message"
            raise PermanentFailure(self.credentials.redact(f"{self.connector.title}: {str(reason)[:300]}"))
        return find_value(answer, "data")

    def list_at(self, document: Any, path: str) -> list[Any]:
        """A list that a tracker's response must contain."""
        value = find_value(document, path)
        if not isinstance(value, list):
            place = repr(path) if path else "its top"
            raise TransientFailure(
                f"{self.connector.title} answered no list at {place}: is the address right?"
            )
        return value

    def text(self, document: Any, path: str) -> str:
        """A value that a tracker's response must contain."""
        value = find_value(document, path)
        if value in (None, "") or isinstance(value, dict | list):
            raise TransientFailure(f"{self.connector.title} answered without {path!r}: is the address right?")
        return str(value)

    def link(self, document: Any, path: str) -> str | None:
        """A web address in a tracker's response; None where the value is not one."""
        value = find_value(document, path)
        is_address = isinstance(value, str) and value.startswith(("https://", "http://"))
        return value if is_address else None

    def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        content: bytes | None,
        content_type: str = "application/json",
    ) -> Any:
        query = {**params, **dict(self.credentials.parameters)}
        url = str(httpx2.URL(self.base_url + path).copy_merge_params(query))
        check_receiver(self.connector.title, url, self.origins)
        headers = {
            "Accept": "application/json",
            "Content-Type": content_type,
            **dict(self.connector.headers),
            **dict(self.credentials.headers),
        }
        request = Request(self.connector.title, method, url, headers, content)
        response = exchange(request, self.egress, self._limits())
        if not 200 <= response.status < 300:
            raise self._failure_of(request, response)
        if response.status == NO_CONTENT:
            return None
        try:
            return orjson.loads(response.body)
        except orjson.JSONDecodeError:
            raise TransientFailure(
                f"{self.connector.title} answered no JSON: is the address right?"
            ) from None

    def _limits(self) -> Limits:
        """The limits for the rest of the attempt, at most those of one exchange."""
        seconds_left = self.ends - time.monotonic()
        if seconds_left <= 0:
            raise TransientFailure(f"{self.connector.title} took longer than {ATTEMPT_SECONDS:g} s in all")
        seconds = min(seconds_left, Limits.answer_seconds)
        return Limits(silence_seconds=seconds, answer_seconds=seconds)

    def _failure_of(self, request: Request, response: Response) -> OutsideFailure:
        """The tracker's own error message, with credentials redacted."""
        title, limit = self.connector.title, self.connector.rate_limit
        if is_rate_limited(limit, response.status, response.headers):
            wait = read_retry_after(limit, response.headers, datetime.now(UTC))
            return TransientFailure(f"{title} asks us to wait", response.status, wait)
        failure = build_failure(request, response)
        if isinstance(failure, PermanentFailure):
            excerpt = " ".join(response.body[:300].decode("utf-8", "replace").split())
            advice = TICKET_ADVICE.get(response.status, f"it refuses the ticket ({excerpt})")
            reason = self.credentials.redact(f"{title}: {response.status}, {advice}")
            return PermanentFailure(reason, response.status)
        return failure
