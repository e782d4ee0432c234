"""The API on a real server on loopback; every response in these tests is checked against OpenAPI."""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

import httpx2
import psycopg
import pytest
import uvicorn
from aiosmtpd.controller import Controller
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.http.bounded_pool import DatabaseBounds
from api.main import create_app
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port
from tests.api.contract import Contract
from tests.api.sample import Sample, make_sample
from tests.conftest import Installation
from tests.support.normalizing import normalizer

Client = Callable[..., httpx2.Client]
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: reading the certificates of all authorities would take each client 20 ms."""


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """Keep the signal handlers of the test process."""


@pytest.fixture(scope="session")
def application(installation: Installation) -> FastAPI:
    """The API that is served; an issue made by hand is merged by what dbt has built."""
    normalizer(installation.pipeline_url)
    app = create_app()
    # All tests come from one address, and many of them present invalid credentials.
    app.state.address_limits.burst = app.state.delivery_limits.burst = 1_000_000
    # A busy machine makes no test fail that sends many requests at once.
    app.state.database_bounds = DatabaseBounds(wait_seconds=60, lock_seconds=60, statement_seconds=60)
    return app


@pytest.fixture(scope="session")
def api_url(application: FastAPI) -> Iterator[str]:
    """The address of a running API."""
    with serving(application) as url:
        yield url


@contextlib.contextmanager
def serving(app: ASGIApp, **options: Any) -> Iterator[str]:
    """Serve an application on loopback until the block ends."""
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", **options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the API did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def contract(api_url: str) -> Contract:
    """The OpenAPI document of the running API."""
    return Contract(httpx2.get(f"{api_url}/openapi.json", timeout=60).json())


@pytest.fixture(scope="session")
def client(api_url: str, contract: Contract) -> Iterator[Client]:
    """Makes a client with a bearer credential, or without one."""
    opened: list[httpx2.Client] = []

    def make(credential: str | None = None) -> httpx2.Client:
        headers = {"authorization": f"Bearer {credential}"} if credential else {}
        hooks = {"response": [contract.check]}
        opened.append(
            httpx2.Client(
                base_url=api_url, headers=headers, event_hooks=hooks, timeout=30, verify=NO_CERTIFICATES
            )
        )
        return opened[-1]

    yield make
    for http_client in opened:
        http_client.close()


@dataclass
class Mailbox:
    """A mail server on loopback, and the texts that it took."""

    url: str = ""
    texts: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.texts.append(message.get_content())
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An empty mailbox."""
    inbox, port = Mailbox(), find_free_port()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    inbox.url = f"smtp://127.0.0.1:{port}"
    yield inbox
    server.stop()


@pytest.fixture(scope="module")
def sample(installation: Installation) -> Sample:
    """A workspace with one row of every kind, shared by the tests of a module."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        return make_sample(owner, Database(installation.pipeline_url))


@pytest.fixture
def fresh_sample(owner: psycopg.Connection, database: Database) -> Sample:
    """A workspace with one row of every kind for a single test."""
    return make_sample(owner, database)


@pytest.fixture(scope="module")
def other_sample(installation: Installation) -> Sample:
    """A workspace of another organization with one row of every kind."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        return make_sample(owner, Database(installation.pipeline_url))
