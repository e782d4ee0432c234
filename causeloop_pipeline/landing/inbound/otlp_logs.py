"""Turns OpenTelemetry logs (OTLP) into events: each log record that reports an error is one.

Records below ERROR are not failures, and are left out.
Source: OpenTelemetry specification, logs data model and OTLP/HTTP; semantic conventions for exceptions.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from causeloop_pipeline.connectors.mapping.json_text import write_json
from causeloop_pipeline.landing.json_guard import GuardError, parse_json
from causeloop_pipeline.model.issue import TITLE_LIMIT

ERROR, FATAL = 17, 21
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ERROR_WORDS = frozenset({"ERROR", "ERR", "FATAL", "CRITICAL", "ALERT", "EMERGENCY", "PANIC"})
FATAL_WORDS = ERROR_WORDS - {"ERROR", "ERR"}
ENVIRONMENTS = ("deployment.environment.name", "deployment.environment")
TEAMS = ("team", "team.name", "service.team", "service.owner", "owner")
MESSAGES = ("message", "msg", "error", "err", "reason", "text", "event")
"""Where a structured body has its text."""
MAX_FIELD = 200


class OtlpError(ValueError):
    """The body is not an export of logs."""


def read_export(body: bytes, *, is_json: bool, signal: Literal["logs", "traces"] = "logs") -> Any:
    """The export in the names of OTLP/JSON, whichever way it was sent."""
    if is_json:
        try:
            export = parse_json(body)
        except GuardError as error:
            raise OtlpError(str(error)) from None
    else:
        from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped, unused-ignore]
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped, unused-ignore]

        request = _find_message_class(signal)
        try:
            export = MessageToDict(request.FromString(body))
        except (DecodeError, ValueError, RecursionError) as error:
            raise OtlpError(f"not an {request.__name__}: {error}") from None
    if not isinstance(export, dict):
        raise OtlpError(f"an export of {signal} must be an object")
    return export


def _find_message_class(signal: str) -> Any:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    return ExportLogsServiceRequest if signal == "logs" else ExportTraceServiceRequest


def read_failures(export: Mapping[str, Any], *, is_json: bool) -> Iterator[dict[str, Any]]:
    """The events of all records that report an error."""
    for resource_logs in read_objects(export.get("resourceLogs")):
        resource = read_attributes(read_object(resource_logs.get("resource")).get("attributes"))
        for scope_logs in read_objects(resource_logs.get("scopeLogs")):
            scope = read_object(scope_logs.get("scope")).get("name")
            for record in read_objects(scope_logs.get("logRecords")):
                level = _find_level(record)
                if level >= ERROR:
                    yield build_event(record, level, resource, scope, is_json=is_json)


def build_event(
    record: dict[str, Any], level: int, resource: dict[str, Any], scope: Any, *, is_json: bool
) -> dict[str, Any]:
    """The event of a record in the product's field names."""
    own = read_attributes(record.get("attributes"))
    content = _read_any_value(record.get("body"))
    text = _find_message(content)
    message = text or own.get("exception.message") or record.get("eventName")
    error_type = own.get("exception.type")
    headline = " ".join(str(message or error_type or "error without a message").split())
    if error_type and str(error_type) not in headline:
        headline = f"{error_type}: {headline}"
    body = own.get("exception.stacktrace") or (content if isinstance(content, str) else _write(content))
    trace = {
        name: value if is_json else base64.b64decode(value).hex()
        for name in ("traceId", "spanId")
        if isinstance(value := record.get(name), str) and value
    }
    scopes = {"otel.scope": scope} if scope else {}
    service = _read_text(resource.get("service.name"))
    event = {
        "external_id": _identify(service, trace.get("traceId"), own),
        "title": headline[:TITLE_LIMIT],
        "body": body,
        "severity": "p1" if level >= FATAL else "p2",
        "service": service,
        "error_type": _read_text(error_type),
        "team": _read_text(_find_first({**resource, **own}, TEAMS)),
        "environment": _read_text(_find_first(resource, ENVIRONMENTS)),
        "source_created_at": _find_time(record),
        "attributes": {**resource, **scopes, **own, **trace},
    }
    return {name: value for name, value in event.items() if value is not None}


def _identify(service: str | None, trace_id: str | None, own: Mapping[str, Any]) -> str | None:
    """The id of an exception of a trace: what is logged of it and what its spans record is one failure."""
    parts = (service, trace_id, own.get("exception.type"), own.get("exception.message"))
    if not all(parts):
        return None
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:32]


def _find_first(attributes: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((attributes[name] for name in names if attributes.get(name)), None)


def _find_message(content: Any) -> str | None:
    """The text of a body: itself, or what a structured one says in words."""
    if not isinstance(content, dict):
        return content if isinstance(content, str) else None
    texts = (content.get(name) for name in MESSAGES)
    return next((text for text in texts if isinstance(text, str) and text.strip()), None)


def _write(content: Any) -> str | None:
    return None if content is None else write_json(content)


def _find_level(record: Mapping[str, Any]) -> int:
    """The number of the severity; of records that only have its word, that of the word."""
    number = record.get("severityNumber", 0)
    if isinstance(number, int) and number > 0:
        return number
    text = f"{number} {record.get('severityText', '')}".replace("SEVERITY_NUMBER_", "").upper()
    words = {word.rstrip("0123456789") for word in text.split()}
    return FATAL if words & FATAL_WORDS else ERROR if words & ERROR_WORDS else 0


def _find_time(record: Mapping[str, Any]) -> str | None:
    for name in ("timeUnixNano", "observedTimeUnixNano"):
        digits = str(record.get(name) or "0")
        if digits.isascii() and digits.isdigit() and len(digits) <= 19 and int(digits):
            return (EPOCH + timedelta(microseconds=int(digits) // 1_000)).isoformat()
    return None


def read_attributes(entries: Any) -> dict[str, Any]:
    """A list of keys and values as an object."""
    return {
        str(entry["key"]): _read_any_value(entry.get("value"))
        for entry in read_objects(entries)
        if entry.get("key")
    }


def _read_any_value(value: Any) -> Any:
    """A value of any kind as plain JSON."""
    if not isinstance(value, dict) or not value:
        return None
    kind, content = next(iter(value.items()))
    match kind:
        case "arrayValue":
            return [_read_any_value(entry) for entry in read_objects(read_object(content).get("values"))]
        case "kvlistValue":
            return read_attributes(read_object(content).get("values"))
        case "intValue":
            return int(content) if str(content).lstrip("-").isdigit() else None
        case _:
            return content


def _read_text(value: Any) -> str | None:
    return None if value in (None, "") or isinstance(value, dict | list) else str(value)[:MAX_FIELD]


def read_object(value: Any) -> dict[str, Any]:
    """The value, or an empty object where it is none."""
    return value if isinstance(value, dict) else {}


def read_objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    return (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else iter(())
