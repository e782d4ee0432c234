"""What a row says elsewhere than in a column of its own: in tags, in a trace, in the form of its library."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.formats.named_errors import TRACE_OF_PYTHON, find_raised
from causeloop_pipeline.connectors.mapping.tags import find_severity, find_tag
from causeloop_pipeline.landing.export_file.columns import FIELDS_OF_NAMES, normalize_name
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow

TAGS = frozenset({"tags", "labels", "monitor_tags"})
OF_TAGS = {
    "service": "service|service_name|svc|app|application|kube_deployment",
    "environment": "env|environment",
    "team": "team|owner_team|squad",
}
"""Field → the names of tags that tell it."""
TRACES = ("exception", "error", "exc_info", "traceback", "exc_text")
"""Columns that may hold a trace where others have the class of an error."""
TYPE_OF_RAISED, VALUE_OF_RAISED = "exc_type", "exc_value"
"""What structlog's dict_tracebacks tells of each error that was raised, the last one first."""
LIBRARY = frozenset({"pid", "hostname", "name", "level"})
"""What pino and bunyan write with each message: the name is that of the program."""
LINTER_LEVELS = {1: "warning", 2: "error"}
"""ESLint's, whose higher number is the worse."""
LINTER_SIGNS = frozenset({"ruleId", "severity", "message"})
PYLINT_LEVELS = {"fatal": "critical", "error": "error", "warning": "warning"}
PYLINT_LEVELS |= {"refactor": "low", "convention": "low"}
PYLINT_SIGNS = frozenset({"symbol", "module", "message", "type"})
RULE_SIGNS = frozenset({"rule", "severity", "line"}), frozenset({"rule", "severity", "range"})
"""A finding of a linter that names its rule and a place."""
CHECKSTYLE_SIGNS = frozenset({"name", "line", "severity", "message", "source"})
"""A finding in the form of Checkstyle, with the name of its file."""
WRAPPER, WRAPPED = "record", frozenset({"level", "message", "time"})
"""Where loguru has the values of a message, beside its text."""
REPOSITORY = "repository_url"
REQUEST_SIGNS = frozenset({"request", "status", "msg"})
MIN_SERVER_ERROR = 500


def complete(row: FileRow) -> FileRow:
    """A row with what it says elsewhere under names of its own, where it has none of these."""
    if row.record is None or row.is_of_condition:
        return row
    record = _unwrap(row.record)
    names = {normalize_name(name) for name, value in record.items() if value not in (None, "")}
    fields = {FIELDS_OF_NAMES.get(name) for name in names}
    added = {name: value for name, value in _read_of_tags(record).items() if name not in fields}
    added |= {name: value for name, value in _read_form(record).items() if name not in names}
    level = record.get("severity")
    if record.keys() >= LINTER_SIGNS and isinstance(level, int) and level in LINTER_LEVELS:
        added["severity"] = LINTER_LEVELS[level]
    if record.keys() >= PYLINT_SIGNS and record["type"] in PYLINT_LEVELS:
        added |= {"severity": PYLINT_LEVELS[record["type"]], "error_type": record["symbol"]}
    if any(record.keys() >= signs for signs in RULE_SIGNS) and isinstance(record["rule"], str):
        added["error_type"] = record["rule"]
    added |= _read_request(record)
    if record.keys() >= CHECKSTYLE_SIGNS:
        added |= {"file": record["name"], "error_type": record["source"]}
    return row if record is row.record and not added else replace(row, record={**record, **added})


def _unwrap(record: dict[str, Any]) -> dict[str, Any]:
    """The values that a library has put into an object, without what it says of itself."""
    inner = record.get(WRAPPER)
    if not isinstance(inner, Mapping) or not inner.keys() >= WRAPPED:
        return record
    level, time, error = (inner.get(name) for name in ("level", "time", "exception"))
    values = {name: inner[name] for name in ("message", "name", "function", "extra") if inner.get(name)}
    values["level"] = level.get("name") if isinstance(level, Mapping) else level
    values["timestamp"] = time.get("timestamp") if isinstance(time, Mapping) else time
    if isinstance(error, Mapping) and error.get("type"):
        values["error_type"] = error["type"]
        values["stack_trace"] = record.get("text")
    return values


def _read_request(record: Mapping[str, Any]) -> dict[str, Any]:
    """Which request a server answered with an error, where its log says only that it has, as Caddy's does."""
    request, status = record.get("request"), record.get("status")
    if not (record.keys() >= REQUEST_SIGNS and isinstance(request, Mapping) and isinstance(status, int)):
        return {}
    if status < MIN_SERVER_ERROR or "err_id" in record:
        return {}
    path = str(request.get("uri")).partition("?")[0]
    return {"msg": f"{request.get('method')} {path} answered {status}"}


def _read_of_tags(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the tags of a row tell, and its repository's address."""
    tags = next((value for name, value in record.items() if normalize_name(name) in TAGS), None)
    values: dict[str, Any] = {}
    if isinstance(tags, str | list):
        values = {field: find_tag(tags, names) for field, names in OF_TAGS.items()}
        values["severity"] = find_severity(tags)
    if isinstance(address := record.get(REPOSITORY), str) and not values.get("service"):
        values["service"] = address.rstrip("/").rpartition("/")[2]
    return {name: value for name, value in values.items() if value}


def _read_parts(value: Any) -> dict[str, Any] | None:
    """The class and the trace of an error whose parts are given one by one."""
    last = value[0] if isinstance(value, list) and value else None
    if not isinstance(last, Mapping) or not last.get(TYPE_OF_RAISED):
        return None
    frames = last.get("frames")
    lines = [
        f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
        for frame in (frames if isinstance(frames, list) else [])
        if isinstance(frame, Mapping)
    ]
    raised = f"{last[TYPE_OF_RAISED]}: {last.get(VALUE_OF_RAISED)}"
    return {
        "error_type": last[TYPE_OF_RAISED],
        "stack_trace": "\n".join([f"{TRACE_OF_PYTHON}:", *lines, raised]),
    }


def _read_form(record: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a logging library tells: which program it is of, and what a trace has raised."""
    values: dict[str, Any] = {}
    for name, value in record.items():
        if normalize_name(name) in TRACES and isinstance(value, str) and "\n" in value:
            raised = find_raised(value)
            values = {"error_type": raised and raised.name, "stack_trace": value}
        elif in_parts := _read_parts(value):
            values = in_parts
    if record.keys() >= LIBRARY and isinstance(record["name"], str):
        values["service"] = record["name"]
    return {name: value for name, value in values.items() if value}
