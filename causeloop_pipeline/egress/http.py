"""One request to another server and its whole answer: within 15 seconds, bounded, no redirect followed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx2

from causeloop_pipeline.connectors.spec import RateLimit
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.origin import port_of, web_address
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from causeloop_pipeline.egress.retry_policy import asked_wait
from causeloop_pipeline.egress.transport import CheckedTransport

SECONDS = 15.0
MAX_ANSWER_BYTES = 16_000_000
WORTH_ANOTHER_TRY = frozenset({408, 425, 429})
LONGEST_WAIT = timedelta(hours=24)
NO_HEADERS_OF_ITS_OWN = RateLimit()


@dataclass(frozen=True)
class Request:
    """What is sent; `called` names the receiver in errors, so that no address with a token shows up there."""

    called: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def exchange(
    request: Request, egress: EgressPolicy, seconds: float = SECONDS, most_bytes: int = MAX_ANSWER_BYTES
) -> Answer:
    """Send a request to a checked address; the answer, whatever its status."""
    try:
        url = web_address(request.url)
    except EgressRefused:
        raise PermanentFailure(f"{request.called} has no web address: enter it again") from None
    egress.check_web(url.scheme, url.host, port_of(url))
    wire = httpx2.Request(
        request.method,
        url,
        headers={"User-Agent": "causeloop", **request.headers},
        content=request.content,
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)},
    )
    transport = CheckedTransport(egress, seconds)
    try:
        response = transport.handle_request(wire)
        try:
            body = _whole(request.called, response, most_bytes)
        finally:
            response.close()
    except httpx2.RequestError as error:
        reason = f"{request.called} gave no complete answer ({type(error).__name__})"
        raise TransientFailure(reason) from None
    finally:
        transport.close()
    return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)


def accepted(request: Request, answer: Answer) -> Answer:
    """The answer if the receiver took the request; otherwise raise what helps: time, or a person."""
    if 200 <= answer.status < 300:
        return answer
    raise refusal(request, answer)


def refusal(request: Request, answer: Answer) -> OutsideFailure:
    """Why a request was not taken: only the status, for a body may repeat what was sent."""
    reason = f"{request.called} answered {answer.status}"
    if 400 <= answer.status < 500 and answer.status not in WORTH_ANOTHER_TRY:
        return PermanentFailure(reason, answer.status)
    if 300 <= answer.status < 400:
        reason += ", a redirect: redirects are not followed"
    return TransientFailure(reason, answer.status, _asked_wait(answer))


def _whole(called: str, response: httpx2.Response, most_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > most_bytes:
            raise PermanentFailure(f"{called} answered more than {most_bytes:,} bytes")
    return bytes(body)


def _asked_wait(answer: Answer) -> timedelta | None:
    seconds = asked_wait(NO_HEADERS_OF_ITS_OWN, answer.headers, datetime.now(UTC))
    return None if seconds is None else min(timedelta(seconds=min(seconds, 1e6)), LONGEST_WAIT)
