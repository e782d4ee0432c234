"""How Dagster's own programs log: as the settings say, whatever starts them, and each line once."""

import logging

from causeloop_pipeline.settings import settings
from causeloop_pipeline.telemetry.json_log import JsonFormatter


def list_log_options() -> list[str]:
    """The options of `dagster api grpc` and `dagster-daemon run`."""
    return ["--log-format", "json"] if settings().log_format == "json" else []


def configure_logging() -> None:
    """Let libraries log as Dagster does, which has a handler of its own and needs no second one."""
    logging.getLogger("dagster").propagate = False
    if settings().log_format == "json":
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
        logging.captureWarnings(True)
