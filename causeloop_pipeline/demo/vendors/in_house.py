"""A company's own list of alerts, read by the custom connector: numbered pages, a changed-since filter.

An alert keeps its `ref` each time that it fires.
"""

from typing import Any

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse, format_utc, repeat_at_edges
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/in-house/events",)
RATE_LIMIT_HEADERS = {"retry-after": "1"}
CONFIG: dict[str, Any] = {
    "path": PATHS[0],
    "auth": "header",
    "auth_name": "X-Api-Key",
    "records": "items",
    "key": "ref",
    "identifies": "condition",
    "updated_at": "changed",
    "pages": "number",
    "page_param": "page",
    "size_param": "size",
    "size": 100,
    "since_param": "changed_since",
    "fields": {
        "title": "headline",
        "body": "text",
        "severity": "level",
        "status": "state",
        "service": "system",
        "team": "owner",
        "environment": "stage",
        "error_type": "code",
        "source_created_at": "occurred",
        "source_updated_at": "changed",
        "resolved_at": "over",
    },
}


def read_token(request: VendorRequest) -> str | None:
    """A key in a header of its own."""
    return request.headers.get("x-api-key")


def answer(request: VendorRequest, _parts: dict[str, str]) -> VendorResponse:
    """A page of events, least recently changed first."""
    since = request.moment("changed_since")
    changed = sorted(request.failures, key=lambda failure: (failure.last_update(request.now), failure.number))
    matching = repeat_at_edges([f for f in changed if since is None or f.last_update(request.now) >= since])
    size, page = min(request.number("size", 50), 100), request.number("page", 1)
    return VendorResponse(
        {"items": [write_event(failure, request) for failure in matching[(page - 1) * size : page * size]]}
    )


def write_event(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One event as it is now."""
    status = failure.status(request.now)
    return {
        "ref": failure.external_id,
        "headline": failure.title,
        "text": failure.body,
        "level": failure.severity,
        "state": status,
        "system": failure.service,
        "owner": failure.team,
        "stage": failure.environment,
        "code": failure.error_type,
        "occurred": format_utc(failure.created_at),
        "changed": format_utc(failure.last_update(request.now)),
        "over": format_utc(failure.resolved_at) if status == "resolved" else None,
        "resolution_notes": failure.ending or None if status == "resolved" else None,
        "resolved_by": failure.ended_by if status == "resolved" else None,
    }
