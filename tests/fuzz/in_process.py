"""The API called in this process: no server, no client, the same answers at a fraction of the cost."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import orjson
from fastapi import FastAPI

from api.main import create_app
from causeloop_pipeline.model.plans import PLANS
from tests.fuzz.own_database import WAIT, OwnDatabase, use_database

REQUEST_ID = "0" * 32
"""The same in every request: an answer repeats it."""


Request = tuple[str | None, str, str, Any]
"""Credential, method, path and body."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """Status, version and body of a response."""

    status: int
    etag: str
    body: bytes

    def __str__(self) -> str:
        return f"{self.status} {self.etag} {self.body.decode(errors='replace')[:1_000]}"


class InProcessApi:
    """An application on one database, which this thread's event loop serves; use it in a `with` block."""

    def __init__(self, database: OwnDatabase) -> None:
        self.database = database
        self._stack = contextlib.AsyncExitStack()

    def __enter__(self) -> "InProcessApi":
        self._runner = asyncio.Runner()
        self._runner.__enter__()
        self.app = self._runner.run(self._stack.enter_async_context(_starting(self.database)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.__exit__(kind, error, trace)

    def send(self, credential: str, method: str, path: str, body: Any = None) -> Answer:
        """The answer to one request."""
        return self._runner.run(_send(self.app, credential, method, path, body))

    def send_at_once(self, requests: Sequence[Request]) -> list[Answer]:
        """The answers to requests that are under way at the same time."""

        async def send_all() -> list[Answer]:
            return await asyncio.gather(*(_send(self.app, *request) for request in requests))

        return self._runner.run(send_all())


@contextlib.asynccontextmanager
async def _starting(database: OwnDatabase) -> AsyncIterator[FastAPI]:
    endless = {
        name: dataclasses.replace(plan, requests_per_minute=60_000_000, burst=1_000_000)
        for name, plan in PLANS.items()
    }
    with use_database(database), patch.dict(PLANS, endless):
        app = create_app()
        app.state.address_limits.burst = app.state.delivery_limits.burst = 1e9
        app.state.database_bounds = WAIT
        async with app.router.lifespan_context(app):
            yield app


async def _send(app: FastAPI, credential: str | None, method: str, path: str, body: Any) -> Answer:
    path, _, query = path.partition("?")
    content = b"" if body is None else orjson.dumps(body)
    headers = [
        (b"host", b"127.0.0.1"),
        (b"x-request-id", REQUEST_ID.encode()),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    if credential is not None:
        headers.append((b"authorization", f"Bearer {credential}".encode()))
    if method != "GET":
        headers.append((b"idempotency-key", uuid4().hex.encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    waiting, started, parts = [{"type": "http.request", "body": content, "more_body": False}], [], []

    async def receive() -> Any:
        return waiting.pop() if waiting else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    fields = dict(started[0]["headers"])
    return Answer(started[0]["status"], fields.get(b"etag", b"").decode(), b"".join(parts))
