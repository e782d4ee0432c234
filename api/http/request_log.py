"""A line for each request in the API's log: the operation's path, never values of a request, nor secrets."""

import logging
import sys
import time

from starlette.types import Scope

from causeloop_pipeline.settings import settings
from causeloop_pipeline.telemetry.json_log import JsonFormatter

LOGGER, SERVER_LOGGER = "causeloop", "uvicorn"
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
PROBES = {"/health", "/ready", "/metrics"}
"""Requested every few seconds by machines: logged only when they fail."""

MESSAGE = "%s %s %s in %.0f ms, workspace %s, trace %s"

log = logging.getLogger("causeloop.api.request")


def configure_log() -> None:
    """Write the API's own messages to stderr, at the level that the settings name."""
    # No format shows them (Optimization, in the documentation of logging).
    logging.logProcesses = logging.logThreads = logging.logMultiprocessing = False
    logger = logging.getLogger(LOGGER)
    logger.setLevel(settings().log_level.upper())
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(make_formatter())
        logger.addHandler(handler)
    if settings().log_format == "json":
        for server_handler in logging.getLogger(SERVER_LOGGER).handlers:
            server_handler.setFormatter(make_formatter())


def make_formatter() -> logging.Formatter:
    """The log formatter that the settings select."""
    return JsonFormatter() if settings().log_format == "json" else logging.Formatter(FORMAT)


def log_request(scope: Scope, status: int | None, started: float) -> None:
    """Log a finished request; without a status it was aborted."""
    state, path = scope.get("state", {}), getattr(scope.get("route"), "path", "-")
    caller = state.get("caller")
    is_quiet = path in PROBES and status is not None and status < 400
    level = logging.DEBUG if is_quiet else logging.INFO
    if not log.isEnabledFor(level):
        return
    milliseconds = 1000 * (time.perf_counter() - started)
    fields = {
        "method": scope["method"],
        "route": path,
        "status": status,
        "milliseconds": round(milliseconds, 1),
        "workspace_id": getattr(caller, "workspace_id", None),
        "trace_id": state.get("request_id"),
    }
    values = (
        scope["method"],
        path,
        status or "broken off",
        milliseconds,
        fields["workspace_id"] or "-",
        fields["trace_id"],
    )
    # Made here: the logger would walk the stack to find each line's caller.
    record = logging.LogRecord(log.name, level, __file__, 0, MESSAGE, values, None)
    vars(record).update(fields)
    log.handle(record)
