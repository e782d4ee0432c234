"""Logs as JSON lines, each with its trace id."""

import json
import logging
from datetime import UTC, datetime

from causeloop_pipeline.settings import PROCESS_VARIABLE, copy_environment
from causeloop_pipeline.telemetry.tracing import read_trace_id

FIELDS = ("method", "route", "status", "milliseconds", "workspace_id", "trace_id")
"""The extra fields that a record may carry."""


class JsonFormatter(logging.Formatter):
    """Formats a record as an object; a line break in a message stays inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.process = copy_environment().get(PROCESS_VARIABLE) or "local"

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": self.process,
            "message": record.getMessage(),
            "trace_id": read_trace_id(),
        }
        entry |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(
            {name: value for name, value in entry.items() if value is not None},
            default=str,
            ensure_ascii=False,
        )
