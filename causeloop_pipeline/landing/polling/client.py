"""Fetches JSON from one tool over HTTP: on its own origin only, within its rate limit, with retries."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self
from urllib.parse import urljoin

import httpx2

from causeloop_pipeline.connectors.pulls import Param
from causeloop_pipeline.connectors.spec import BodyError, Connector
from causeloop_pipeline.egress.authenticator import Authenticator
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.http import REDIRECT_STATUSES, Limits, Request, Response, send
from causeloop_pipeline.egress.origin import find_port, parse_web_address, spell_blanks, write_origin
from causeloop_pipeline.egress.policy import AddressRefused, EgressPolicy
from causeloop_pipeline.egress.retry_policy import (
    RateLimitState,
    RetryableResponse,
    RetryPolicy,
    is_rate_limited,
    is_retryable,
    read_rate_limit,
    read_retry_after,
)
from causeloop_pipeline.egress.transport import CheckedTransport
from causeloop_pipeline.landing.json_guard import GuardError, parse_loosely
from causeloop_pipeline.landing.polling.body_errors import find_reported_error
from causeloop_pipeline.landing.polling.request_body import to_parameter, write_body

MAX_PAGE_BYTES = 64_000_000
MAX_REDIRECTS = 3
POLLING_ADVICE = {
    401: "the credentials are not accepted: enter new ones",
    403: "the credentials lack a permission: give them read access",
    404: "there is nothing at this address: check the connector's configuration",
    410: "the tool has withdrawn this address",
}
UNAUTHORIZED = 401
SUCCESS_STATUSES = frozenset({200, 201, 202, 206})
GRAPHQL_ERROR = BodyError(path="errors")


@dataclass(frozen=True)
class JsonRequest:
    """One request: where, and with which parameters beside those of the address."""

    url: str
    params: tuple[tuple[str, Param], ...] = ()
    method: Literal["GET", "POST"] = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    form: bool = False
    graphql: str | None = None
    page_url: str = ""
    """The address of any page, where the number of the page is a part of it."""
    page: int = 0
    """Which page or offset it asks for, where its address or a header says so."""


@dataclass(frozen=True)
class JsonResponse:
    """A tool's answer: its JSON document, and what the headers say."""

    url: str
    headers: Mapping[str, str]
    document: Any
    rate: RateLimitState
    is_empty: bool = False
    """The tool says by a refusal that its list holds nothing."""


class Client:
    """Fetches from one connector's origin with one set of credentials."""

    def __init__(
        self,
        connector: Connector,
        base_url: str,
        authenticator: Authenticator,
        egress: EgressPolicy,
        retry_policy: RetryPolicy,
    ) -> None:
        self._connector = connector
        self._base, self._origin = parse_web_address(base_url), write_origin(base_url)
        self._authenticator = authenticator
        self._retry_policy = retry_policy
        self._transport = CheckedTransport(egress)
        egress.check_web(self._base.scheme, self._base.host, find_port(self._base))

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
        if write_origin(str(target)) != self._origin:
            raise PermanentFailure(
                self._explain(url, f"it leads on to another host, {target.host or link[:60]!r}: not followed")
            )
        return str(target)

    def _fetch_once(self, request: JsonRequest) -> JsonResponse:
        url = self.same_origin(str(self._base), request.url)
        following = request
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(following, url)
            if response.status == UNAUTHORIZED and self._authenticator.renew():
                response = self._send(following, url)
            if response.status not in REDIRECT_STATUSES:
                return self._check(request, url, response)
            url = self.same_origin(url, response.headers.get("location", ""))
            following = replace(following, params=()) if following.method == "GET" else following
        raise PermanentFailure(self._explain(url, "it redirects in circles"))

    def _send(self, request: JsonRequest, url: str) -> Response:
        try:
            wire = self._authenticator.authorize(self._wire_request(request, url))
        except TransientFailure as failure:
            raise RetryableResponse(failure.reason, failure.status, failure.retry_after) from None
        return send(wire, self._transport, self._limits())

    def _wire_request(self, request: JsonRequest, url: str) -> Request:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            **dict(self._connector.headers),
        }
        content = None
        if request.method == "POST":
            headers["Content-Type"], content = write_body(
                request.params, form=request.form, graphql=request.graphql
            )
        elif request.params:
            pairs = [(name, to_parameter(value)) for name, value in request.params]
            url = spell_blanks(str(parse_web_address(url).copy_merge_params(tuple(pairs))))
        return Request(self._name(url), request.method, url, headers | dict(request.headers), content)

    def _limits(self) -> Limits:
        policy = self._retry_policy
        return Limits(policy.silence_seconds, policy.answer_seconds, MAX_PAGE_BYTES)

    def _check(self, request: JsonRequest, url: str, response: Response) -> JsonResponse:
        """The parsed answer; RetryableResponse or PermanentFailure where it is none."""
        limit, status, headers = self._connector.rate_limit, response.status, response.headers
        now = datetime.now(UTC)
        if is_rate_limited(limit, status, headers):
            wait = read_retry_after(limit, headers, now)
            reason = "it asks us to wait" + ("" if wait is None else f" {wait.total_seconds():.0f} s")
            raise RetryableResponse(self._explain(url, reason), status, wait)
        if is_retryable(status):
            raise RetryableResponse(self._explain(url, f"it answered {status}"), status)
        if status not in SUCCESS_STATUSES:
            refusal = self._parse_refusal(response)
            if self._says_empty(refusal):
                return JsonResponse(url, headers, {}, read_rate_limit(limit, headers, now), is_empty=True)
            self._check_body(request, url, response, refusal)
            advice = POLLING_ADVICE.get(status, f"it refuses the request ({_excerpt_body(response.body)})")
            raise PermanentFailure(self._explain(url, f"{status}: {advice}"), status)
        document = self._parse(url, response)
        self._check_body(request, url, response, document)
        return JsonResponse(url, headers, document, read_rate_limit(limit, headers, now))

    def _says_empty(self, refusal: Any) -> bool:
        declared = (error for error in self._connector.body_errors if error.then == "empty")
        return any(find_reported_error(error, refusal) is not None for error in declared)

    def _check_body(self, request: JsonRequest, url: str, response: Response, document: Any) -> None:
        """Raise the failure that the body reports, if it reports one."""
        declared = self._connector.body_errors
        for error in (*declared, GRAPHQL_ERROR) if request.graphql is not None else declared:
            reported = find_reported_error(error, document)
            if reported is None or error.then == "empty":
                continue
            reason = self._explain(url, f"it reports an error: {reported[:300]}")
            if error.then == "retry":
                wait = read_retry_after(self._connector.rate_limit, response.headers, datetime.now(UTC))
                raise RetryableResponse(reason, response.status, wait)
            raise PermanentFailure(reason, response.status)

    def _parse_refusal(self, response: Response) -> Any:
        try:
            return (
                parse_loosely(response.body, max_bytes=MAX_PAGE_BYTES)
                if self._connector.body_errors
                else None
            )
        except GuardError:
            return None

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
        address = parse_web_address(url)
        return self._authenticator.redact(f"{self._connector.title} at {address.host}{address.path}")

    def _explain(self, url: str, reason: str) -> str:
        return self._authenticator.redact(f"{self._name(url)}: {reason}")


def _join(url: str, link: str) -> httpx2.URL:
    try:
        return parse_web_address(urljoin(url, link))
    except ValueError:
        raise AddressRefused(f"{link[:80]!r} is not a web address") from None


def _excerpt_body(body: bytes) -> str:
    text = body[:200].decode("utf-8", "replace")
    return " ".join(text.split()) or "empty answer"
