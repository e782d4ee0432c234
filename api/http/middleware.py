"""Middleware: request id, body size limit, request metrics and the headers of every response."""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.bounds import read_bounds
from api.http.errors import Problem, problem_response
from api.http.request_log import PROBES, log_request
from api.http.requests_in_progress import RequestsInProgress
from causeloop_pipeline.telemetry.tracing import is_tracing, make_span, mark_failed, read_trace_id

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
MAX_SECONDS_BETWEEN_PARTS = 15.0
EVENT_STREAM = b"text/event-stream"
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class RequestMetrics:
    """Request counts and durations for Prometheus; label values come from code, so there are few."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.requests = Counter(
            "causeloop_http_requests_total",
            "Number of requests",
            ["method", "operation", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "causeloop_http_request_seconds",
            "Seconds until the response began",
            ["operation"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )

    def add_gauge(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Add a gauge that reads its value whenever the metrics are collected."""
        Gauge(name, description, registry=self.registry).set_function(value)

    def record(self, scope: Scope, status: int, started: float) -> None:
        """Count one request."""
        route = scope.get("route")
        operation = getattr(route, "name", None) or "none"
        counters = self._counters.get((scope["method"], operation, status))
        if counters is None:
            counters = (
                self.requests.labels(scope["method"], operation, status),
                self.seconds.labels(operation),
            )
            self._counters[scope["method"], operation, status] = counters
        counters[0].inc()
        counters[1].observe(time.perf_counter() - started)


class RequestEnvelope:
    """The outermost middleware; plain ASGI, because it runs for every request."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app, self.metrics, self.is_tracing = app, metrics, is_tracing()
        self.in_progress = RequestsInProgress()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not self.is_tracing or scope["path"] in PROBES:
            await self._handle(scope, receive, send, None)
            return
        traceparent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        parents = [traceparent] if TRACEPARENT.fullmatch(traceparent) else []
        with make_span(scope["method"], parents=parents, is_server=True) as span:
            await self._handle(scope, receive, send, span)

    async def _handle(self, scope: Scope, receive: Receive, send: Send, span: Any) -> None:
        """Handle one request, in its span where there is one."""
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = _request_id(scope)
        state["headers"] = {"X-Request-Id": state["request_id"], **COMMON_HEADERS}
        started, status = time.perf_counter(), None
        wait = scope["app"].state.database_probe.begin()
        end: Callable[[], None] | None = None

        async def send_in_envelope(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                wait.end()
                if end is not None and _is_live(message):
                    end()
                status = message["status"]
                _add_headers(message, state["headers"])
                self.metrics.record(scope, message["status"], started)
            await send(message)

        try:
            end = self.in_progress.begin(scope)
        except Problem as problem:
            wait.end()
            await self.in_progress.delay_refusal()
            answering: ASGIApp = problem_response(Request(scope), problem)
        else:
            answering = self.app
        try:
            await answering(scope, _limit_body(scope, receive), send_in_envelope)
        finally:
            wait.end()
            if end is not None:
                end()
            if span is not None:
                _describe_request(span, scope, status)
            log_request(scope, status, started)


def _is_live(start: Message) -> bool:
    """Whether a response is a stream of events, which has a limit of its own."""
    return any(name == b"content-type" and value.startswith(EVENT_STREAM) for name, value in start["headers"])


def _add_headers(message: Message, headers: dict[str, str]) -> None:
    """Add the headers that the response does not set itself."""
    sent = message.setdefault("headers", [])
    names = {name for name, _ in sent}
    for name, value in headers.items():
        encoded = _encode_name(name)
        if encoded not in names:
            sent.append((encoded, value.encode("latin-1")))


@lru_cache(maxsize=64)
def _encode_name(name: str) -> bytes:
    return name.lower().encode("latin-1")


def _describe_request(span: Any, scope: Scope, status: int | None) -> None:
    """Name the span by the route's path template, never by the path that was requested."""
    path = getattr(scope.get("route"), "path", "-")
    span.update_name(f"{scope['method']} {path}")
    span.set_attributes({"http.request.method": scope["method"], "http.route": path})
    if status is None or status >= 500:
        mark_failed(span, str(status or "broken off"))
    if status is not None:
        span.set_attribute("http.response.status_code", status)


def _limit_body(scope: Scope, receive: Receive) -> Receive:
    """Receive the body, unless it is slow, or its declared or actual size more than the request may send."""
    declared = int(_find_header(scope, b"content-length") or 0)
    received, is_complete, began = 0, False, time.monotonic()

    async def receive_limited() -> Message:
        nonlocal received, is_complete
        bounds = read_bounds(scope)
        if declared > bounds.max_bytes:
            raise _too_large(bounds.max_bytes)
        if is_complete:
            return await receive()  # waits for the client to disconnect
        message = await _receive_in_time(receive, began + bounds.max_seconds - time.monotonic())
        received += len(message.get("body", b""))
        is_complete = not message.get("more_body", False)
        if received > bounds.max_bytes:
            raise _too_large(bounds.max_bytes)
        return message

    return receive_limited


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than the limit of {max_bytes:,} bytes")


async def _receive_in_time(receive: Receive, seconds_left: float) -> Message:
    """The next part of a body; 408 where it, or the whole body, does not arrive in time."""
    try:
        async with asyncio.timeout(min(MAX_SECONDS_BETWEEN_PARTS, seconds_left)):
            return await receive()
    except TimeoutError:
        raise HTTPException(408, "the body did not arrive in time: send the request again") from None


def _request_id(scope: Scope) -> str:
    request_id = _find_header(scope, b"x-request-id").decode("latin-1")
    return request_id if REQUEST_ID.fullmatch(request_id) else read_trace_id() or secrets.token_hex(16)


def _find_header(scope: Scope, wanted: bytes) -> bytes:
    """The last value of a header; empty where there is none."""
    last = b""
    for name, value in scope["headers"]:
        if name == wanted:
            last = value
    return last
