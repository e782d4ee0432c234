"""Around every request: its id, its size, how long it took, and headers that all answers carry."""

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

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class RequestMeasures:
    """Counts and durations by operation and status; labels come from code, so there are few."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "causeloop_http_requests_total",
            "Requests answered",
            ["method", "operation", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "causeloop_http_request_seconds",
            "Time until the answer began",
            ["operation"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )

    def watch(self, name: str, told: str, value: Callable[[], float]) -> None:
        """Tell a value as it is at the moment of being asked."""
        Gauge(name, told, registry=self.registry).set_function(value)

    def record(self, scope: Scope, status: int, started: float) -> None:
        """Note one answered request."""
        route = scope.get("route")
        operation = getattr(route, "name", None) or "none"
        self.requests.labels(scope["method"], operation, status).inc()
        self.seconds.labels(operation).observe(time.perf_counter() - started)


class RequestEnvelope:
    """The outermost layer; plain ASGI, because it runs for every request."""

    def __init__(self, app: ASGIApp, measures: RequestMeasures) -> None:
        self.app, self.measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request in its envelope."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["request_id"] = _request_id(scope)
        state["headers"] = {"X-Request-Id": state["request_id"], **COMMON_HEADERS}
        started = time.perf_counter()

        async def send_in_envelope(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in state["headers"].items():
                    headers.setdefault(name, value)
                self.measures.record(scope, message["status"], started)
            await send(message)

        await self.app(scope, _bounded(scope, receive), send_in_envelope)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """The body as it comes, refused where it says or turns out to be too large."""
    announced = int(dict(scope["headers"]).get(b"content-length", b"0") or 0)
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message: Message = {} if announced > MAX_BYTES else await receive()
        received += len(message.get("body", b""))
        if max(announced, received) > MAX_BYTES:
            raise HTTPException(413, f"the body is larger than {MAX_BYTES:,} bytes")
        return message

    return receive_bounded


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
