"""Asks one tool over HTTP: on its own origin only, at the tool's pace, with an end to every answer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self
from urllib.parse import urljoin

import httpx2
import orjson
import stamina

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.credentials import Identity
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.origin import origin_of, port_of, web_address
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from causeloop_pipeline.egress.retry_policy import Patience, Rate, asked_wait, is_limit, rate_of
from causeloop_pipeline.egress.transport import CheckedTransport
from causeloop_pipeline.landing.json_guard import GuardError, parse_loosely

MAX_PAGE_BYTES = 64_000_000
MAX_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
ADVICE = {
    401: "the credentials are not accepted: enter new ones",
    403: "the credentials lack a permission: give them read access",
    404: "there is nothing at this address: check the connector's configuration",
    410: "the tool has withdrawn this address",
}


@dataclass(frozen=True)
class Ask:
    """One request: where, and with which parameters beside those of the address."""

    url: str
    params: tuple[tuple[str, str], ...] = ()
    method: Literal["GET", "POST"] = "GET"


@dataclass(frozen=True)
class Answer:
    """A page as it came: the document, and what the headers said."""

    url: str
    headers: Mapping[str, str]
    document: Any
    rate: Rate


class _Again(Exception):  # noqa: N818 not an error yet
    """An answer that another attempt may better."""

    def __init__(self, reason: str, status: int | None = None, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.wait = reason, status, wait


class Client:
    """Speaks to one connector's origin with one identity."""

    def __init__(
        self, connector: Connector, base_url: str, proof: Identity, egress: EgressPolicy, patience: Patience
    ) -> None:
        self._connector = connector
        self._base = web_address(base_url)
        self._proof = proof
        self._egress = egress
        self._patience = patience
        self._transport = CheckedTransport(egress)
        egress.check_web(self._base.scheme, self._base.host, port_of(self._base))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def ask(self, ask: Ask) -> Answer:
        """The answer to a request, after as many attempts as patience and the tool's own waits allow."""
        patience = self._patience
        try:
            for attempt in stamina.retry_context(
                on=self._backoff,
                attempts=patience.attempts,
                timeout=patience.total,
                wait_initial=patience.first_wait,
                wait_max=patience.longest_wait,
                wait_jitter=patience.first_wait,
            ):
                with attempt:
                    return self._once(ask)
        except _Again as last:
            wait = None if last.wait is None else timedelta(seconds=last.wait)
            raise TransientFailure(self._named(ask.url, last.reason), last.status, wait) from None
        raise AssertionError("stamina yields at least one attempt")

    def same_origin(self, url: str, link: str) -> str:
        """A link made absolute; one to another host is refused, for it would carry the credentials there."""
        target = _joined(url, link)
        if origin_of(target) != origin_of(self._base):
            raise PermanentFailure(
                self._named(url, f"it leads on to another host, {target.host or link[:60]!r}: not followed")
            )
        return str(target)

    def _backoff(self, error: Exception) -> bool | float:
        if not isinstance(error, _Again):
            return False
        if error.wait is None:
            return True
        return error.wait if error.wait <= self._patience.longest_wait else False

    def _once(self, ask: Ask) -> Answer:
        url = self.same_origin(str(self._base), ask.url)
        params = ask.params
        for _ in range(MAX_REDIRECTS + 1):
            status, headers, body = self._exchange(ask.method, url, params)
            if status not in REDIRECTS:
                return self._judged(url, status, headers, body)
            url, params = self.same_origin(url, headers.get("location", "")), ()
        raise PermanentFailure(self._named(url, "it redirects in circles"))

    def _exchange(
        self, method: str, url: str, params: tuple[tuple[str, str], ...]
    ) -> tuple[int, dict[str, str], bytes]:
        request = self._request(method, url, params)
        began = time.monotonic()
        body = bytearray()
        try:
            response = self._transport.handle_request(request)
            try:
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_PAGE_BYTES:
                        raise PermanentFailure(self._named(url, f"the page exceeds {MAX_PAGE_BYTES:,} bytes"))
                    if time.monotonic() - began > self._patience.answer_seconds:
                        raise _Again(f"the answer took longer than {self._patience.answer_seconds:g} s")
            finally:
                response.close()
        except httpx2.RequestError as error:
            raise _Again(f"no complete answer ({type(error).__name__})") from None
        return response.status_code, {k.lower(): v for k, v in response.headers.items()}, bytes(body)

    def _request(self, method: str, url: str, params: tuple[tuple[str, str], ...]) -> httpx2.Request:
        silence = self._patience.silence_seconds
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": "causeloop",
            **dict(self._connector.headers),
            **dict(self._proof.headers),
        }
        asked = httpx2.URL(url).copy_merge_params(
            [*(params if method == "GET" else ()), *self._proof.parameters]
        )
        content = None if method == "GET" else orjson.dumps(dict(params))
        if content is not None:
            headers["Content-Type"] = "application/json"
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), silence)
        return httpx2.Request(
            method, asked, headers=headers, content=content, extensions={"timeout": timeouts}
        )

    def _judged(self, url: str, status: int, headers: dict[str, str], body: bytes) -> Answer:
        limit = self._connector.rate_limit
        now = datetime.now(UTC)
        if is_limit(limit, status, headers):
            wait = asked_wait(limit, headers, now)
            raise _Again(
                "it asks us to wait" if wait is None else f"it asks us to wait {wait:.0f} s", status, wait
            )
        if status >= 500 or status == 408:
            raise _Again(f"it answered {status}", status)
        if status != 200:
            advice = ADVICE.get(status, f"it refuses the request ({_excerpt(body)})")
            raise PermanentFailure(self._named(url, f"{status}: {advice}"), status)
        return Answer(url, headers, self._parsed(url, headers, body), rate_of(limit, headers, now))

    def _parsed(self, url: str, headers: dict[str, str], body: bytes) -> Any:
        try:
            return parse_loosely(body, max_bytes=MAX_PAGE_BYTES)
        except GuardError as error:
            if "html" in headers.get("content-type", ""):
                reason = "it answered a web page instead of JSON: check the address"
                raise PermanentFailure(self._named(url, reason)) from None
            raise _Again(f"the answer cannot be read: {error}") from None

    def _named(self, url: str, reason: str) -> str:
        asked = httpx2.URL(url)
        return self._proof.blotted(f"{self._connector.title} at {asked.host}{asked.path}: {reason}")


def _joined(url: str, link: str) -> httpx2.URL:
    try:
        return web_address(urljoin(url, link))
    except ValueError:
        raise EgressRefused(f"{link[:80]!r} is not a web address") from None


def _excerpt(body: bytes) -> str:
    text = body[:200].decode("utf-8", "replace")
    return " ".join(text.split()) or "empty answer"
