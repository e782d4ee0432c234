"""One HTTP exchange with another server: checked address, timeouts, size limit, and no redirect followed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2

from causeloop_pipeline.connectors.spec import RateLimit
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.origin import find_port, parse_web_address
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from causeloop_pipeline.egress.retry_policy import RetryableResponse, is_retryable, read_retry_after
from causeloop_pipeline.egress.transport import CheckedTransport

OWN_HEADERS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"}
)
"""What the connection says by itself. A proxy in front of many hosts passes a request on by its `Host`."""
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
STANDARD_RATE_LIMIT = RateLimit()

UNTRUSTED = (
    "no answer, for nobody vouches for its certificate: an operator can set CAUSELOOP_CA_BUNDLE to a PEM "
    "file with its authority, or with the certificate itself"
)


@dataclass(frozen=True)
class Request:
    """What is sent; `receiver` names the server in errors, so that no address with a token shows up there."""

    receiver: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Response:
    """The response, whatever its status; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Limits:
    """Limits of a response: idle time, total time, and size."""

    silence_seconds: float = 15.0
    answer_seconds: float = 15.0
    max_bytes: int = 16_000_000


def exchange(request: Request, egress: EgressPolicy, limits: Limits | None = None) -> Response:
    """Send one request over a connection of its own, which ends with `limits.answer_seconds`."""
    limits = limits or Limits()
    try:
        url = parse_web_address(request.url)
    except EgressRefused:
        raise PermanentFailure(f"{request.receiver} has no web address: enter it again") from None
    egress.check_web(url.scheme, url.host, find_port(url))
    transport = CheckedTransport(egress, limits.answer_seconds)
    try:
        return send(request, transport, limits)
    finally:
        transport.close()


def send(request: Request, transport: CheckedTransport, limits: Limits) -> Response:
    """Send one request over an open transport; raises RetryableResponse where the response is incomplete."""
    _require_sendable(request)
    wire = httpx2.Request(
        request.method,
        parse_web_address(request.url),
        headers={"User-Agent": "causeloop", **request.headers},
        content=request.content,
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), limits.silence_seconds)},
    )
    deadline = time.monotonic() + limits.answer_seconds
    try:
        response = transport.handle_request(wire)
        try:
            body = _read_body(request.receiver, response, limits, deadline)
        finally:
            response.close()
    except httpx2.RequestError as error:
        is_untrusted = "CERTIFICATE_VERIFY_FAILED" in str(error)
        why = UNTRUSTED if is_untrusted else f"no complete answer ({type(error).__name__})"
        raise RetryableResponse(f"{request.receiver} gave {why}") from None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status_code, headers, body)


def _require_sendable(request: Request) -> None:
    """PermanentFailure for headers that would lead a request elsewhere, or that cannot be written."""
    for name, value in request.headers.items():
        if name.strip().lower() in OWN_HEADERS:
            raise PermanentFailure(f"{request.receiver}: the header {name!r} cannot be set")
        if not (name.isascii() and name.isprintable() and value.isascii() and value.isprintable()):
            raise PermanentFailure(
                f"{request.receiver}: the header {name[:40]!r} holds a character that no header can carry"
            )


def require_success(request: Request, response: Response) -> Response:
    """The response if the server accepted the request; otherwise raises the failure that says what to do."""
    if 200 <= response.status < 300:
        return response
    raise build_failure(request, response)


def build_failure(request: Request, response: Response) -> OutsideFailure:
    """Why a request was not accepted: only the status, because a body may repeat what was sent."""
    reason = f"{request.receiver} answered {response.status}"
    if 400 <= response.status < 500 and not is_retryable(response.status):
        return PermanentFailure(reason, response.status)
    if 300 <= response.status < 400:
        reason += ", a redirect: redirects are not followed"
    wait = read_retry_after(STANDARD_RATE_LIMIT, response.headers, datetime.now(UTC))
    return TransientFailure(reason, response.status, wait)


def _read_body(receiver: str, response: httpx2.Response, limits: Limits, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > limits.max_bytes:
            raise PermanentFailure(f"{receiver} answered more than {limits.max_bytes:,} bytes")
        if time.monotonic() > deadline:
            raise RetryableResponse(f"{receiver} took longer than {limits.answer_seconds:g} s to answer")
    return bytes(body)
