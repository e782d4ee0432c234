"""Dagster's code server, whose runs are forked and whose sensors end with it.

Buys: runs cost 4.8 times the CPU without, and a stop would wait up to 45 s for sensors.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from dagster._cli.api import grpc_command
from dagster._grpc import server


class WarmApiServer(server.DagsterApiServer):
    """Dagster's code server, whose runs are processes of this context of `multiprocessing`."""

    processes: Any

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._mp_ctx: Any = self.processes


def serve(arguments: Sequence[str], at_end: Callable[[], None], processes: Any) -> None:
    """Serve definitions until ended; `at_end` is called before the calls that go on are waited for.

    Runs are processes of a context of `multiprocessing`.
    """

    class EndingGrpcServer(server.DagsterGrpcServer):
        def serve(self) -> None:
            """Serve; the calls that go on are waited for in it, so that another thread tells them to end."""
            threading.Thread(target=self._tell_end, daemon=True).start()
            super().serve()  # type: ignore[no-untyped-call]

        def _tell_end(self) -> None:
            self._server_termination_event.wait()
            at_end()

    WarmApiServer.processes = processes
    server.DagsterApiServer = WarmApiServer  # type: ignore[misc]
    server.DagsterGrpcServer = EndingGrpcServer  # type: ignore[misc]
    grpc_command.main(args=list(arguments), prog_name="dagster api grpc", auto_envvar_prefix="DAGSTER_CLI")
