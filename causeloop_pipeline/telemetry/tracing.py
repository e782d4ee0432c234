"""Spans by OpenTelemetry, only where a standard OTEL_* variable names an address to send them to.

Without one, OpenTelemetry is not loaded and a span costs one comparison. Spans hold names, counts and ids;
never texts of issues, secrets or messages of errors.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from causeloop_pipeline.settings import PROCESS_VARIABLE, copy_environment

ADDRESS_VARIABLES = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
FLUSH_MILLISECONDS = 2_000
Attributes = Mapping[str, str | int | float | bool]


@cache
def is_tracing() -> bool:
    """Whether spans are sent anywhere."""
    environment = copy_environment()
    is_disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    is_other = environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp"
    return any(environment.get(name) for name in ADDRESS_VARIABLES) and not is_disabled and not is_other


@contextmanager
def make_span(
    name: str, attributes: Attributes | None = None, *, parents: Sequence[str] = (), is_server: bool = False
) -> Iterator[Any]:
    """A span around the block: a child of the first of `parents` (W3C traceparents), linked to the others.

    Yields the span, or None while tracing is off. An error is recorded by its kind, not its message.
    """
    if not is_tracing():
        yield None
        return
    from opentelemetry import trace

    contexts = [_read_context(parent) for parent in parents]
    links = [trace.Link(trace.get_current_span(context).get_span_context()) for context in contexts[1:]]
    with _find_tracer().start_as_current_span(
        name,
        context=contexts[0] if contexts else None,
        kind=trace.SpanKind.SERVER if is_server else trace.SpanKind.INTERNAL,
        attributes=dict(attributes or {}),
        links=links,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            mark_failed(span, type(error).__name__)
            raise


def mark_failed(span: Any, kind: str) -> None:
    """Mark a span as failed, with the kind of the error."""
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def read_traceparent() -> str | None:
    """The current span as a W3C traceparent, if tracing is on."""
    if not is_tracing():
        return None
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    if not context.is_valid or not context.trace_flags.sampled:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def read_trace_id() -> str | None:
    """The id of the current trace, if there is one."""
    if not is_tracing():
        return None
    from opentelemetry import trace

    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def flush() -> None:
    """Export the finished spans: a run's process may exit without another chance."""
    if is_tracing():
        from opentelemetry.sdk.trace import TracerProvider

        provider = _make_provider()
        if isinstance(provider, TracerProvider):
            provider.force_flush(FLUSH_MILLISECONDS)


def _find_tracer() -> Any:
    return _make_provider().get_tracer("causeloop")


@cache
def _make_provider() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    environment = copy_environment()
    name = environment.get("OTEL_SERVICE_NAME") or f"causeloop-{environment.get(PROCESS_VARIABLE) or 'local'}"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _read_context(traceparent: str) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})
