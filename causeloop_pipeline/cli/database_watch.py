"""Watches the database under a running installation, and restarts the embedded server."""

import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from causeloop_pipeline.cli.locks import DaemonLock
from causeloop_pipeline.cli.output.terminal import announce
from causeloop_pipeline.cli.processes import ProcessError, is_listening
from causeloop_pipeline.storage.embedded.postgres_server import Server, start_server
from causeloop_pipeline.storage.embedded.server_error import ServerError

PAUSE_SECONDS = 5.0


@dataclass
class DatabaseWatch:
    """Tells whether the database is available; `server` is the embedded one, None for an external one."""

    console: Console
    lock: DaemonLock
    server: Server | None
    bin_dir: Path | None = None
    next_try: float = 0.0

    def is_available(self) -> bool:
        """Whether the database responds and this installation still holds its daemon lock."""
        if self.server and not is_listening(self.server.port):
            self._start(self.server)
        return self.lock.renew()

    def _start(self, server: Server) -> None:
        if time.monotonic() < self.next_try:
            return
        self._print("the database has ended: it starts again")
        try:
            started = start_server(server.directory, self.bin_dir)
        except ServerError as problem:
            self.next_try = time.monotonic() + PAUSE_SECONDS
            self._print(
                f"the database does not start, and is tried again in {PAUSE_SECONDS:.0f} s: {problem}"
            )
            return
        if started.port != server.port:
            raise ProcessError("another program took the database's port: start Causeloop again")

    def _print(self, text: str) -> None:
        announce(self.console, text)
