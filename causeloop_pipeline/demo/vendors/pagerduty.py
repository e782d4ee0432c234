"""PagerDuty's incidents and change events: filtered by creation only, paged by offset; one incident by id."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from causeloop_pipeline.demo.deployments import Deployment
from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse, format_utc, repeat_at_edges
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/incidents", r"/incidents/(?P<id>Q[A-Z0-9]+)", r"/(?P<changes>change_events)")
RATE_LIMIT_HEADERS = {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "1"}
STATUS = {"open": "triggered", "mitigating": "acknowledged", "resolved": "resolved"}
MAX_OFFSET = 10_000
Item = TypeVar("Item")


def read_token(request: VendorRequest) -> str | None:
    """`Authorization: Token token=…`."""
    return request.authorization("Token token=")


def answer(request: VendorRequest, parts: dict[str, str]) -> VendorResponse:
    """A page of incidents or of change events, or one incident."""
    if "id" in parts:
        matching = [failure for failure in request.failures if failure.external_id == parts["id"]]
        body = (
            {"incident": write_incident(matching[0], request)}
            if matching
            else {"error": {"code": 2100, "message": "Not Found"}}
        )
        return VendorResponse(body, 200 if matching else 404)
    if "changes" in parts:
        deployments = [item for item in request.deployments[::-1] if _is_in_range(item.at, request)]
        return _write_page(request, "change_events", deployments, write_change_event)
    incidents = repeat_at_edges(
        [failure for failure in request.failures if _is_in_range(failure.created_at, request)]
    )
    return _write_page(request, "incidents", incidents, lambda failure: write_incident(failure, request))


def _is_in_range(at: datetime, request: VendorRequest) -> bool:
    since, until = request.moment("since"), request.moment("until")
    return (since is None or at >= since) and (until is None or at < until)


def _write_page(
    request: VendorRequest, name: str, matching: Sequence[Item], to_record: Callable[[Item], dict[str, Any]]
) -> VendorResponse:
    limit, offset = min(request.number("limit", 25), 100), request.number("offset", 0)
    if limit + offset > MAX_OFFSET:
        return VendorResponse({"error": {"code": 2001, "message": "Offset + limit exceeds 10,000"}}, 400)
    page, more = matching[offset : offset + limit], offset + limit < len(matching)
    records = [to_record(item) for item in page]
    return VendorResponse({name: records, "limit": limit, "offset": offset, "more": more, "total": None})


def write_change_event(deployment: Deployment) -> dict[str, Any]:
    """One deployment."""
    return {
        "id": f"01DEMO{deployment.number:020d}",
        "type": "change_event",
        "summary": f"Deployed {deployment.service} {deployment.version}",
        "timestamp": format_utc(deployment.at),
        "source": "release-pipeline",
        "services": [{"type": "service_reference", "summary": deployment.service}],
        "links": [],
        "custom_details": {"environment": "production"},
    }


def write_incident(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One incident as it is now."""
    status = failure.status(request.now)
    return {
        "id": failure.external_id,
        "type": "incident",
        "incident_number": failure.number,
        "title": failure.title,
        "description": failure.title,
        "summary": f"[#{failure.number}] {failure.title}",
        "created_at": format_utc(failure.created_at),
        "updated_at": format_utc(failure.last_update(request.now)),
        "last_status_change_at": format_utc(failure.last_update(request.now)),
        "resolved_at": format_utc(failure.resolved_at) if status == "resolved" else None,
        "last_status_change_by": {"type": "user_reference", "summary": failure.ended_by}
        if status == "resolved"
        else None,
        "status": STATUS[status],
        "urgency": "high" if failure.severity in {"p1", "p2"} else "low",
        "incident_key": f"{failure.workspace}/{failure.number}",
        "service": {"type": "service_reference", "summary": failure.service},
        "teams": [{"type": "team_reference", "summary": failure.team}],
        "priority": {"type": "priority_reference", "summary": failure.severity.upper()},
        "body": {"type": "incident_body", "details": failure.body},
        "html_url": f"https://{failure.workspace}.pagerduty.example/incidents/{failure.external_id}",
    }
