"""Middleware: request id, body size limit, request metrics and the headers of every response."""

import asyncio
import re
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.json_body import MAX_BYTES
from api.http.request_log import log_request

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
MAX_SECONDS_BETWEEN_PARTS = 15.0
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class RequestMetrics:
    """Request counts and durations for Prometheus; label values come from code, so there are few."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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
        self.requests.labels(scope["method"], operation, status).inc()
        self.seconds.labels(operation).observe(time.perf_counter() - started)


class RequestEnvelope:
    """The outermost middleware; plain ASGI, because it runs for every request."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = _request_id(scope)
        state["headers"] = {"X-Request-Id": state["request_id"], **COMMON_HEADERS}
        started, status = time.perf_counter(), None
        wait = scope["app"].state.database_probe.begin()

        async def send_in_envelope(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                wait.end()
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in state["headers"].items():
                    headers.setdefault(name, value)
                self.metrics.record(scope, message["status"], started)
            await send(message)

        try:
            await self.app(scope, _limit_body(scope, receive), send_in_envelope)
        finally:
            wait.end()
            log_request(scope, status, started)


def _limit_body(scope: Scope, receive: Receive) -> Receive:
    """Receive the body, and reject it where it declares or turns out to be too large."""
    declared = int(dict(scope["headers"]).get(b"content-length", b"0") or 0)
    received = 0

    is_complete = False

    async def receive_limited() -> Message:
        nonlocal received, is_complete
        message: Message = {} if declared > MAX_BYTES else await _receive_in_time(receive, is_complete)
        received += len(message.get("body", b""))
        is_complete = not message.get("more_body", False)
        if max(declared, received) > MAX_BYTES:
            raise HTTPException(413, f"the body is larger than the limit of {MAX_BYTES:,} bytes")
        return message

    return receive_limited


async def _receive_in_time(receive: Receive, is_complete: bool) -> Message:
    """The next part of a body, which must not keep the server waiting; 408 where it does."""
    if is_complete:
        return await receive()  # waits for the client to disconnect
    try:
        async with asyncio.timeout(MAX_SECONDS_BETWEEN_PARTS):
            return await receive()
    except TimeoutError:
        raise HTTPException(408, "the body did not arrive in time: send the request again") from None


def _request_id(scope: Scope) -> str:
    request_id = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return request_id if REQUEST_ID.fullmatch(request_id) else uuid.uuid4().hex
