"""How Dagster's own programs log: as the settings say, whatever starts them, and each line once."""

import logging

from causeloop_pipeline.settings import settings
from causeloop_pipeline.telemetry.json_log import JsonFormatter

RUN_LOGGER = "dagster"
"""Dagster makes a run's logger itself, of the class that `logging` is set to, and it writes colored text."""


class JsonRunLogger(logging.Logger):
    """A run's lines on the console as objects, as those of every other part."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802 - the standard library's name
        """Take a handler, with our format in the place of its own."""
        if self.name == RUN_LOGGER:
            hdlr.setFormatter(JsonFormatter())
        super().addHandler(hdlr)


def list_log_options() -> list[str]:
    """The options of `dagster api grpc` and `dagster-daemon run`."""
    return ["--log-format", "json"] if settings().log_format == "json" else []


def configure_logging() -> None:
    """Let libraries log as Dagster does, which has a handler of its own and needs no second one."""
    logging.getLogger(RUN_LOGGER).propagate = False
    if settings().log_format == "json":
        handler = logging.StreamHandler()
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
        logging.captureWarnings(True)


def configure_run_logging() -> None:
    """Let runs log as the settings say, whatever launches them: their process loads the definitions first."""
    if settings().log_format == "json":
        logging.setLoggerClass(JsonRunLogger)
