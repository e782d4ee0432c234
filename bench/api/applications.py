"""The applications that are measured, each served on loopback as `causeloop up` serves the API."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from fastapi import FastAPI

from causeloop_pipeline.storage.embedded.postgres_server import find_free_port


def create_unlimited_app() -> FastAPI:
    """The API, whose plan allows whatever this program asks for."""
    from api.main import create_app
    from causeloop_pipeline.model.plans import PLANS

    PLANS["enterprise"] = replace(PLANS["enterprise"], requests_per_minute=100_000_000, burst=10_000_000)
    return create_app()


def create_plain_app() -> FastAPI:
    """The lists as a plain handler serves them."""
    from bench.api import plain_handler

    return plain_handler.create_plain_app()


@contextlib.contextmanager
def serve(factory: str, module: str = "bench.api.applications") -> Iterator[tuple[int, int]]:
    """Process id and port of an application on loopback, as `causeloop up` serves it."""
    port = find_free_port()
    command = [f"{module}:{factory}", "--factory", "--host", "127.0.0.1", "--port", str(port)]
    quiet = ("--no-server-header", "--no-access-log", "--no-proxy-headers", "--log-level", "warning")
    protocol = ("--http", "api.http.server_protocol:TimedProtocol")
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", *command, *quiet, *protocol], stdout=log, stderr=log
        )
        try:
            await_listening(port, process.poll)
            yield process.pid, port
        finally:
            process.terminate()
            process.wait(timeout=30)


def await_listening(port: int, poll: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait until a server accepts connections."""
    from causeloop_pipeline.cli.processes import is_listening

    end = time.monotonic() + seconds
    while not is_listening(port):
        assert poll() is None, "the server ended at once"
        assert time.monotonic() < end, f"nothing listens on port {port}"
        time.sleep(0.05)
