"""A line for each request in the API's log: the operation's path, never values of a request, nor secrets."""

import logging
import sys
import time

from starlette.types import Scope

from causeloop_pipeline.settings import settings

LOGGER = "causeloop"
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
PROBES = {"/health", "/ready", "/metrics"}
"""Requested every few seconds by machines: their lines matter only where they fail."""

log = logging.getLogger("causeloop.api.request")


def configure_log() -> None:
    """Write the API's own messages to stderr, at the level that the settings name."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(settings().log_level.upper())
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(FORMAT))
        logger.addHandler(handler)


def log_request(scope: Scope, status: int | None, started: float) -> None:
    """Log an answered request; without a status it was broken off."""
    state, path = scope.get("state", {}), getattr(scope.get("route"), "path", "-")
    caller = state.get("caller")
    is_quiet = path in PROBES and status is not None and status < 400
    log.log(
        logging.DEBUG if is_quiet else logging.INFO,
        "%s %s %s in %.0f ms, workspace %s, trace %s",
        scope["method"],
        path,
        status or "broken off",
        1000 * (time.perf_counter() - started),
        getattr(caller, "workspace_id", None) or "-",
        state.get("request_id"),
    )
