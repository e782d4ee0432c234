"""PagerDuty's incidents and change events: filtered by creation only, paged by offset; one incident by id."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from causeloop_pipeline.demo.deployments import Deployment
from causeloop_pipeline.demo.exchange import Answered, Asked, repeating, zulu
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/incidents", r"/incidents/(?P<id>Q[A-Z0-9]+)", r"/(?P<changes>change_events)")
WAIT = {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "1"}
STATUS = {"open": "triggered", "mitigating": "acknowledged", "resolved": "resolved"}
LARGEST_OFFSET = 10_000
Listed = TypeVar("Listed")


def token(asked: Asked) -> str | None:
    """`Authorization: Token token=…`."""
    return asked.authorization("Token token=")


def answer(asked: Asked, parts: dict[str, str]) -> Answered:
    """A page of incidents or of change events, or one incident."""
    if "id" in parts:
        found = [failure for failure in asked.told if failure.external_id == parts["id"]]
        body = (
            {"incident": incident(found[0], asked)}
            if found
            else {"error": {"code": 2100, "message": "Not Found"}}
        )
        return Answered(body, 200 if found else 404)
    if "changes" in parts:
        deployed = [one for one in asked.deployed[::-1] if _is_asked_for(one.at, asked)]
        return _page(asked, "change_events", deployed, change_event)
    told = repeating([failure for failure in asked.told if _is_asked_for(failure.created_at, asked)])
    return _page(asked, "incidents", told, lambda failure: incident(failure, asked))


def _is_asked_for(at: datetime, asked: Asked) -> bool:
    since, until = asked.moment("since"), asked.moment("until")
    return (since is None or at >= since) and (until is None or at < until)


def _page(
    asked: Asked, name: str, matching: Sequence[Listed], shape: Callable[[Listed], dict[str, Any]]
) -> Answered:
    limit, offset = min(asked.number("limit", 25), 100), asked.number("offset", 0)
    if limit + offset > LARGEST_OFFSET:
        return Answered({"error": {"code": 2001, "message": "Offset + limit exceeds 10,000"}}, 400)
    page, more = matching[offset : offset + limit], offset + limit < len(matching)
    listed = [shape(one) for one in page]
    return Answered({name: listed, "limit": limit, "offset": offset, "more": more, "total": None})


def change_event(one: Deployment) -> dict[str, Any]:
    """One deployment."""
    return {
        "id": f"01DEMO{one.number:020d}",
        "type": "change_event",
        "summary": f"Deployed {one.service} {one.version}",
        "timestamp": zulu(one.at),
        "source": "release-pipeline",
        "services": [{"type": "service_reference", "summary": one.service}],
        "links": [],
        "custom_details": {"environment": "production"},
    }


def incident(failure: Failure, asked: Asked) -> dict[str, Any]:
    """One incident as it stands now."""
    status = failure.status(asked.now)
    return {
        "id": failure.external_id,
        "type": "incident",
        "incident_number": failure.number,
        "title": failure.title,
        "description": failure.title,
        "summary": f"[#{failure.number}] {failure.title}",
        "created_at": zulu(failure.created_at),
        "updated_at": zulu(failure.updated_at(asked.now)),
        "last_status_change_at": zulu(failure.updated_at(asked.now)),
        "resolved_at": zulu(failure.resolved_at) if status == "resolved" else None,
        "status": STATUS[status],
        "urgency": "high" if failure.severity in {"p1", "p2"} else "low",
        "incident_key": f"{failure.workspace}/{failure.number}",
        "service": {"type": "service_reference", "summary": failure.service},
        "teams": [{"type": "team_reference", "summary": failure.team}],
        "priority": {"type": "priority_reference", "summary": failure.severity.upper()},
        "body": {"type": "incident_body", "details": failure.body},
        "html_url": f"https://{failure.workspace}.pagerduty.example/incidents/{failure.external_id}",
    }
