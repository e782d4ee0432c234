"""`python -m causeloop_pipeline.orchestration.instance.code_server OPTIONS`: `dagster api grpc`, runs warm.

Dagster starts a new Python for each run, which imports Dagster, dbt and the stages for seconds before it does
anything. Here a run is forked from a process that has imported them and does nothing else; to Dagster it is
the same: a process of its own, watched, ended and reported as before.
"""

import sys
from collections.abc import Sequence

from causeloop_pipeline.orchestration.dagster_internals import code_server
from causeloop_pipeline.orchestration.instance.fork_safety import SafeProcesses
from causeloop_pipeline.orchestration.instance.log_options import configure_logging, list_log_options
from causeloop_pipeline.orchestration.instance.shutdown import SHUTDOWN
from causeloop_pipeline.orchestration.instance.warm_process import start_warm_process

MAX_CALLS = 24
"""Concurrent calls: seven sensors may wait for work, and none may block a run's launch."""


def serve(arguments: Sequence[str]) -> None:
    """Serve the product's definitions until stopped, which also ends the sensors' waits."""
    configure_logging()
    start_warm_process()
    code_server.serve(
        ["--max-workers", str(MAX_CALLS), *list_log_options(), *arguments], SHUTDOWN.set, SafeProcesses()
    )


if __name__ == "__main__":
    serve(sys.argv[1:])
