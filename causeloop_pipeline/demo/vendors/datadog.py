"""Datadog's incidents: a list without a filter, paged by offset."""

from typing import Any

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse, repeat_at_edges
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/api/v2/incidents",)
RATE_LIMIT_HEADERS = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
SEVERITY = {"p1": "SEV-1", "p2": "SEV-2", "p3": "SEV-3", "p4": "SEV-4"}
STATE = {"open": "active", "mitigating": "stable", "resolved": "resolved"}


def read_token(request: VendorRequest) -> str | None:
    """Two keys; the demo issues the application key together with the API key."""
    key, application_key = (request.headers.get(name, "") for name in ("dd-api-key", "dd-application-key"))
    return key if application_key == f"{key}-application" else None


def answer(request: VendorRequest, _parts: dict[str, str]) -> VendorResponse:
    """A page of all incidents."""
    size, offset = min(request.number("page[size]", 10), 100), request.number("page[offset]", 0)
    incidents = repeat_at_edges(request.failures)
    page = [write_incident(failure, request) for failure in incidents[offset : offset + size]]
    pagination = {"offset": offset, "size": len(page)}
    if offset + size < len(incidents):
        pagination["next_offset"] = offset + size
    return VendorResponse({"data": page, "meta": {"pagination": pagination}})


def write_incident(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One incident as it is now."""
    status = failure.status(request.now)
    severity, state = SEVERITY[failure.severity], STATE[status]
    return {
        "type": "incidents",
        "id": failure.external_id,
        "attributes": {
            "public_id": failure.number,
            "title": failure.title,
            "severity": severity,
            "state": state,
            "created": failure.created_at.isoformat(),
            "modified": failure.last_update(request.now).isoformat(),
            "detected": failure.created_at.isoformat(),
            "resolved": failure.resolved_at.isoformat()
            if failure.resolved_at and state == "resolved"
            else None,
            "customer_impacted": failure.severity in {"p1", "p2"},
            "fields": {
                "severity": {"type": "dropdown", "value": severity},
                "state": {"type": "dropdown", "value": state},
                "summary": {"type": "textbox", "value": failure.body},
                "services": {"type": "autocomplete", "value": [failure.service]},
                "teams": {"type": "autocomplete", "value": [failure.team]},
                "env": {"type": "autocomplete", "value": [failure.environment]},
            },
        },
    }
