"""`python -m causeloop_pipeline.orchestration.instance.code_server OPTIONS`: `dagster api grpc`, runs warm.

Dagster starts a new Python for each run, which imports Dagster, dbt and the stages for seconds before it does
anything. Here a run is forked from a process that has imported them and does nothing else; to Dagster it is
the same: a process of its own, watched, ended and reported as before.
"""

import multiprocessing
import sys
from collections.abc import Sequence
from typing import Any

from dagster._cli.api import grpc_command
from dagster._grpc import server

from causeloop_pipeline.orchestration.instance.ending import ENDING
from causeloop_pipeline.orchestration.instance.warm_process import start_warm_process

MAX_CALLS = 24
"""Calls at a time: seven sensors wait for work, and none may keep a run from its launch."""


class WarmApiServer(server.DagsterApiServer):
    """Dagster's code server, whose runs are forked from a warm process."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._mp_ctx: Any = multiprocessing.get_context("forkserver")


class EndingGrpcServer(server.DagsterGrpcServer):
    """Dagster's gRPC server, which ends at once although sensors wait for work."""

    def serve(self) -> None:
        """Serve until ended, and let no sensor wait any longer."""
        try:
            super().serve()  # type: ignore[no-untyped-call]
        finally:
            ENDING.set()


def serve(arguments: Sequence[str]) -> None:
    """Serve the product's definitions until ended."""
    start_warm_process()
    server.DagsterApiServer = WarmApiServer  # type: ignore[misc]
    server.DagsterGrpcServer = EndingGrpcServer  # type: ignore[misc]
    options = ["--max-workers", str(MAX_CALLS), *arguments]
    grpc_command.main(args=options, prog_name="dagster api grpc", auto_envvar_prefix="DAGSTER_CLI")


if __name__ == "__main__":
    serve(sys.argv[1:])
