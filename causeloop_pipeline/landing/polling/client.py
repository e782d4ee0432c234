"""Fetches JSON from one tool over HTTP: on its own origin only, within its rate limit, with retries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self
from urllib.parse import urljoin

import httpx2
import orjson

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.credentials import Credentials
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.http import REDIRECT_STATUSES, Limits, Request, Response, send
from causeloop_pipeline.egress.origin import origin_of, port_of, web_address
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from causeloop_pipeline.egress.retry_policy import (
    RateLimitState,
    RetryableResponse,
    RetryPolicy,
    is_rate_limited,
    is_retryable,
    rate_limit_state,
    retry_after,
)
from causeloop_pipeline.egress.transport import CheckedTransport
from causeloop_pipeline.landing.json_guard import GuardError, parse_loosely

MAX_PAGE_BYTES = 64_000_000
MAX_REDIRECTS = 3
POLLING_ADVICE = {
    401: "the credentials are not accepted: enter new ones",
    403: "the credentials lack a permission: give them read access",
    404: "there is nothing at this address: check the connector's configuration",
    410: "the tool has withdrawn this address",
}


@dataclass(frozen=True)
class JsonRequest:
    """One request: where, and with which parameters beside those of the address."""

    url: str
    params: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"


@dataclass(frozen=True)
class JsonResponse:
    """A tool's answer: its JSON document, and what the headers say."""

    url: str
    headers: Mapping[str, str]
    document: Any
    rate: RateLimitState


class Client:
    """Fetches from one connector's origin with one set of credentials."""

    def __init__(
        self,
        connector: Connector,
        base_url: str,
        credentials: Credentials,
        egress: EgressPolicy,
        retry_policy: RetryPolicy,
    ) -> None:
        self._connector = connector
        self._base = web_address(base_url)
        self._credentials = credentials
        self._retry_policy = retry_policy
        self._transport = CheckedTransport(egress)
        egress.check_web(self._base.scheme, self._base.host, port_of(self._base))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def fetch(self, request: JsonRequest) -> JsonResponse:
        """The answer, after as many attempts as the retry policy and the tool's own Retry-After allow."""
        return self._retry_policy.run(lambda: self._fetch_once(request))

    def same_origin(self, url: str, link: str) -> str:
        """A link made absolute; one to another host is refused, for it would carry the credentials there."""
        target = _join(url, link)
        if origin_of(target) != origin_of(self._base):
            raise PermanentFailure(
                self._explain(url, f"it leads on to another host, {target.host or link[:60]!r}: not followed")
            )
        return str(target)

    def _fetch_once(self, request: JsonRequest) -> JsonResponse:
        url = self.same_origin(str(self._base), request.url)
        params = request.params
        for _ in range(MAX_REDIRECTS + 1):
            response = send(self._request(request.method, url, params), self._transport, self._limits())
            if response.status not in REDIRECT_STATUSES:
                return self._check(url, response)
            url, params = self.same_origin(url, response.headers.get("location", "")), ()
        raise PermanentFailure(self._explain(url, "it redirects in circles"))

    def _request(self, method: str, url: str, params: tuple[tuple[str, str], ...]) -> Request:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            **dict(self._connector.headers),
            **dict(self._credentials.headers),
        }
        content = None
        if method != "GET":
            content = orjson.dumps(dict(params))
            headers["Content-Type"] = "application/json"
        query_params = params if method == "GET" else ()
        target = str(httpx2.URL(url).copy_merge_params([*query_params, *self._credentials.parameters]))
        return Request(self._name(url), method, target, headers, content)

    def _limits(self) -> Limits:
        policy = self._retry_policy
        return Limits(policy.silence_seconds, policy.answer_seconds, MAX_PAGE_BYTES)

    def _check(self, url: str, response: Response) -> JsonResponse:
        """The parsed answer; RetryableResponse or PermanentFailure where it is none."""
        limit, status, headers = self._connector.rate_limit, response.status, response.headers
        now = datetime.now(UTC)
        if is_rate_limited(limit, status, headers):
            wait = retry_after(limit, headers, now)
            reason = "it asks us to wait" + ("" if wait is None else f" {wait.total_seconds():.0f} s")
            raise RetryableResponse(self._explain(url, reason), status, wait)
        if is_retryable(status):
            raise RetryableResponse(self._explain(url, f"it answered {status}"), status)
        if status != 200:
            advice = POLLING_ADVICE.get(status, f"it refuses the request ({_excerpt(response.body)})")
            raise PermanentFailure(self._explain(url, f"{status}: {advice}"), status)
        return JsonResponse(url, headers, self._parse(url, response), rate_limit_state(limit, headers, now))

    def _parse(self, url: str, response: Response) -> Any:
        try:
            return parse_loosely(response.body, max_bytes=MAX_PAGE_BYTES)
        except GuardError as error:
            if "html" in response.headers.get("content-type", ""):
                reason = "it answered a web page instead of JSON: check the address"
                raise PermanentFailure(self._explain(url, reason)) from None
            raise RetryableResponse(self._explain(url, f"the answer cannot be read: {error}")) from None

    def _name(self, url: str) -> str:
        """The tool and the address without its parameters, as errors name them."""
        address = httpx2.URL(url)
        return self._credentials.redact(f"{self._connector.title} at {address.host}{address.path}")

    def _explain(self, url: str, reason: str) -> str:
        return self._credentials.redact(f"{self._name(url)}: {reason}")


def _join(url: str, link: str) -> httpx2.URL:
    try:
        return web_address(urljoin(url, link))
    except ValueError:
        raise EgressRefused(f"{link[:80]!r} is not a web address") from None


def _excerpt(body: bytes) -> str:
    text = body[:200].decode("utf-8", "replace")
    return " ".join(text.split()) or "empty answer"
