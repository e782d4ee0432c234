"""PagerDuty's incidents: filtered by creation time only, paged by offset, one incident by its id."""

from typing import Any

from causeloop_pipeline.demo.exchange import Answered, Asked, repeating, zulu
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/incidents", r"/incidents/(?P<id>Q[A-Z0-9]+)")
WAIT = {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "1"}
STATUS = {"open": "triggered", "mitigating": "acknowledged", "resolved": "resolved"}
LARGEST_OFFSET = 10_000


def token(asked: Asked) -> str | None:
    """`Authorization: Token token=…`."""
    return asked.authorization("Token token=")


def answer(asked: Asked, parts: dict[str, str]) -> Answered:
    """A page of incidents, or one."""
    if "id" in parts:
        found = [failure for failure in asked.told if failure.external_id == parts["id"]]
        body = (
            {"incident": incident(found[0], asked)}
            if found
            else {"error": {"code": 2100, "message": "Not Found"}}
        )
        return Answered(body, 200 if found else 404)
    return _page(asked)


def _page(asked: Asked) -> Answered:
    limit, offset = min(asked.number("limit", 25), 100), asked.number("offset", 0)
    if limit + offset > LARGEST_OFFSET:
        return Answered({"error": {"code": 2001, "message": "Offset + limit exceeds 10,000"}}, 400)
    since, until = asked.moment("since"), asked.moment("until")
    matching = repeating(
        [
            failure
            for failure in asked.told
            if (since is None or failure.created_at >= since)
            and (until is None or failure.created_at < until)
        ]
    )
    page = matching[offset : offset + limit]
    more = offset + limit < len(matching)
    incidents = [incident(failure, asked) for failure in page]
    return Answered({"incidents": incidents, "limit": limit, "offset": offset, "more": more, "total": None})


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
