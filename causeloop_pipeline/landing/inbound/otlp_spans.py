"""Turns OpenTelemetry spans (OTLP) into events: the exceptions that failed spans record.

Every span that an exception leaves records it: these events have one id, also that of the log record.
Source: OpenTelemetry specification, recording exceptions; semantic conventions for exceptions on spans.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.landing.inbound.otlp_logs import (
    ERROR,
    build_event,
    read_attributes,
    read_object,
    read_objects,
)

FAILED = frozenset({"2", "STATUS_CODE_ERROR"})
EXCEPTION = "exception"


def read_span_failures(export: Mapping[str, Any], *, is_json: bool) -> Iterator[dict[str, Any]]:
    """The events of all exceptions on spans that failed; what was caught, and went on, is no failure."""
    for resource_spans in read_objects(export.get("resourceSpans")):
        resource = read_attributes(read_object(resource_spans.get("resource")).get("attributes"))
        for scope_spans in read_objects(resource_spans.get("scopeSpans")):
            scope = read_object(scope_spans.get("scope")).get("name")
            for span in read_objects(scope_spans.get("spans")):
                if str(read_object(span.get("status")).get("code")) in FAILED:
                    for record in _list_exceptions(span):
                        yield build_event(record, ERROR, resource, scope, is_json=is_json)


def _list_exceptions(span: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The exceptions of a span as log records would tell of them."""
    named = [{"key": "otel.span", "value": {"stringValue": str(span["name"])}}] if span.get("name") else []
    for event in read_objects(span.get("events")):
        if event.get("name") == EXCEPTION:
            yield {
                "timeUnixNano": event.get("timeUnixNano"),
                "attributes": [*read_objects(event.get("attributes")), *named],
                "traceId": span.get("traceId"),
                "spanId": span.get("spanId"),
            }
