"""Reads bodies of many events into records: beside the event loop, before a connection is held."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from fastapi import Request

from api.http.bounds import BodyBounds, read_bounds
from api.http.computing.processes import MAX_INLINE_BYTES, Computing
from api.http.errors import Problem
from api.http.headers import read_headers
from api.http.json_body import GuardedRequest, check_count, check_json_type, decode_body, parse_body
from api.ingest.records import describe_fields
from api.ingest.schemas import BATCH_LIMIT
from causeloop_pipeline.landing.inbound.cloud_events import is_success, read_cloud_events, to_event
from causeloop_pipeline.landing.inbound.ingest_change import read_change
from causeloop_pipeline.landing.inbound.ingest_event import read_event
from causeloop_pipeline.landing.inbound.otlp_logs import OtlpError, read_export, read_failures
from causeloop_pipeline.landing.inbound.otlp_spans import read_span_failures
from causeloop_pipeline.landing.inbound.product_fields import FieldError, IngestError
from causeloop_pipeline.model.issue import CLOUD_EVENTS_SOURCE, OTLP_SOURCE
from causeloop_pipeline.model.raw_record import RawRecord

PROTOBUF = "application/x-protobuf"
MAX_FAILURES = 2_000

Outcome = RawRecord | list[FieldError] | None
"""The record of an event, or its invalid fields; None where the event is not a failure."""

Signal = Literal["logs", "traces"]


@dataclass(frozen=True)
class ReadExport:
    """The failures of an export of logs or traces, and how many it held."""

    outcomes: list[Outcome]
    count: int
    is_json: bool


async def compute(request: Request, work: Callable[..., Any], body: bytes, *arguments: Any) -> Any:
    """What a function makes of a body: in a process where the body is not small, or is when it is packed."""
    if len(body) <= MAX_INLINE_BYTES and "content-encoding" not in request.headers:
        return work(body, *arguments)
    computing: Computing = request.app.state.computing
    return await computing.run(request.state.caller.workspace_id, work, body, *arguments)


def read_entries_by(work: Callable[[bytes, BodyBounds], Any]) -> Callable[[Request], Awaitable[Request]]:
    """A reader of bodies with a list of events: each of them is replaced by what it was read as."""

    async def read(request: Request) -> Request:
        body = await request.body()
        if not body:
            return request
        check_json_type(request)
        return GuardedRequest(request, body, await compute(request, work, body, read_bounds(request.scope)))

    return read


def read_events(body: bytes, bounds: BodyBounds) -> Any:
    """The body of a batch of events, each of them read."""
    return _read_entries(parse_body(body, bounds), "events", read_event)


def read_changes(body: bytes, bounds: BodyBounds) -> Any:
    """The body of a batch of changes, each of them read."""
    return _read_entries(parse_body(body, bounds), "changes", read_change)


def _read_entries(document: Any, name: str, read: Callable[[Any, datetime], RawRecord]) -> Any:
    entries = document.get(name) if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return document
    too_many: list[Any] = [None] * len(entries)
    return {**document, name: _read_all(entries, read) if len(entries) <= BATCH_LIMIT else too_many}


async def read_cloud_events_body(request: Request) -> Request:
    """The request with its CloudEvents read."""
    body, headers = await request.body(), read_headers(request)
    encoding = request.headers.get("content-encoding", "identity")
    bounds = read_bounds(request.scope)
    return GuardedRequest(request, body, await compute(request, read_cloud, body, encoding, headers, bounds))


def read_cloud(body: bytes, encoding: str, headers: Mapping[str, str], bounds: BodyBounds) -> list[Outcome]:
    """The events of a request of CloudEvents, each of them read; a Problem where it is none."""
    content = decode_body(body, encoding, bounds)
    check_count(content, bounds)
    try:
        events = read_cloud_events(headers, content)
    except IngestError as error:
        raise Problem(422, "validation_failed", str(error), errors=describe_fields(error.errors)) from None
    if len(events) > BATCH_LIMIT:
        detail = f"at most {BATCH_LIMIT} events in one batch: send it in parts"
        raise Problem(422, "validation_failed", detail)
    return _read_all(events, _read_cloud_event)


def _read_cloud_event(cloud_event: dict[str, Any], now: datetime) -> RawRecord | None:
    if is_success(cloud_event):
        return None
    return read_event(to_event(cloud_event), now, source=CLOUD_EVENTS_SOURCE)


def read_export_body_of(signal: Signal) -> Callable[[Request], Awaitable[Request]]:
    """A reader of exports, which reads the failures in them."""

    async def read(request: Request) -> Request:
        is_json, body = is_json_export(request), await request.body()
        encoding = request.headers.get("content-encoding", "identity")
        bounds = read_bounds(request.scope)
        export = await compute(request, read_failures_of, body, encoding, is_json, signal, bounds)
        return GuardedRequest(request, body, export)

    return read


async def skip_export_body(request: Request) -> Request:
    """The request with nothing read of its export; 415 for what is neither protobuf nor JSON."""
    return GuardedRequest(request, await request.body(), ReadExport([], 0, is_json_export(request)))


def is_json_export(request: Request) -> bool:
    """Whether an export is JSON; 415 for what is neither that nor protobuf."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {PROTOBUF, "application/json"}:
        raise Problem(415, "not_json", f"send exports as {PROTOBUF} or application/json")
    return media_type == "application/json"


def read_failures_of(
    body: bytes, encoding: str, is_json: bool, signal: Signal, bounds: BodyBounds
) -> ReadExport:
    """The failures of an export, each of them read; a Problem where it is none."""
    content = decode_body(body, encoding, bounds)
    if is_json:
        check_count(content, bounds)
    find = read_failures if signal == "logs" else read_span_failures
    try:
        failures = list(find(read_export(content, is_json=is_json, signal=signal), is_json=is_json))
    except OtlpError as error:
        raise Problem(400, "malformed_json", f"the {signal} cannot be read: {error}") from None
    read = partial(read_event, source=OTLP_SOURCE)
    return ReadExport(_read_all(failures[:MAX_FAILURES], read), len(failures), is_json)


def _read_all(entries: list[Any], read: Callable[[Any, datetime], RawRecord | None]) -> list[Outcome]:
    now, outcomes = datetime.now(UTC), list[Outcome]()
    for entry in entries:
        try:
            record = read(entry, now)
            if record is not None:
                record = replace(record, payload={}, canonical=record.payload_json)
            outcomes.append(record)
        except IngestError as error:
            outcomes.append(error.errors)
    return outcomes
