"""`python -m causeloop_pipeline.orchestration.webserver WORKSPACE_FILE`: Dagster's UI behind its guard."""

import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

import uvicorn
from dagster import DagsterInstance
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__

from causeloop_pipeline.orchestration.dagster_internals.webserver import (
    WorkspaceFileTarget,
    WorkspaceProcessContext,
)
from causeloop_pipeline.orchestration.instance.log_options import configure_logging
from causeloop_pipeline.orchestration.webserver_guard import (
    WebserverGuard,
    find_token_file,
    list_local_hosts,
    read_or_create_token,
)
from causeloop_pipeline.settings import Settings, settings

STATEMENT_TIMEOUT_MS, POOL_RECYCLE_SECONDS, POOL_OVERFLOW = 15_000, 3_600, 20


def serve(workspace_file: str) -> None:
    """Serve Dagster's UI until interrupted."""
    config = settings()
    configure_logging()
    with DagsterInstance.get() as instance:
        instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, POOL_RECYCLE_SECONDS, POOL_OVERFLOW)
        target = WorkspaceFileTarget([workspace_file])
        with WorkspaceProcessContext(instance, target, version=__version__) as context:
            app = guard_webserver(
                create_app_from_workspace_process_context(context, lifespan=_lifespan), config
            )
            uvicorn.run(
                app,
                host=config.dagster_host,
                port=config.dagster_port,
                log_level="warning",
                log_config=None if config.log_format == "json" else uvicorn.config.LOGGING_CONFIG,
            )


def guard_webserver(app: Any, config: Settings) -> WebserverGuard:
    """Wrap an application in the installation's guard: its token, and the allowed hosts."""
    allowed = {host.strip() for host in config.dagster_hosts.split(",") if host.strip()}
    hosts = list_local_hosts(config.dagster_port) | allowed
    return WebserverGuard(
        app, read_or_create_token(config.state_dir), hosts, find_token_file(config.state_dir)
    )


@contextlib.asynccontextmanager
async def _lifespan(_app: Any) -> AsyncIterator[None]:
    yield


def main(arguments: Sequence[str]) -> None:
    """Serve the code locations that a workspace file names."""
    if len(arguments) != 1:
        raise SystemExit("usage: python -m causeloop_pipeline.orchestration.webserver WORKSPACE_FILE")
    serve(arguments[0])


if __name__ == "__main__":
    main(sys.argv[1:])
