"""Okta's system log: ascending by publication, a next link on every page, the empty page being the end."""

from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse, repeat_at_edges
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/api/v1/logs",)
RATE_LIMIT_HEADERS = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "{epoch}"}
SEVERITY = {"p1": "ERROR", "p2": "ERROR", "p3": "WARN", "p4": "INFO"}


def read_token(request: VendorRequest) -> str | None:
    """`Authorization: SSWS …`."""
    return request.authorization("SSWS ")


def answer(request: VendorRequest, _parts: dict[str, str]) -> VendorResponse:
    """A page of failed events."""
    since = request.moment("since") or datetime.min.replace(tzinfo=UTC)
    matching = repeat_at_edges([failure for failure in request.failures if failure.created_at >= since])
    size, start = min(request.number("limit", 100), 1000), request.number("after", 0)
    page = matching[start : start + size]
    link = f'<{request.url(after=start + len(page))}>; rel="next"'
    return VendorResponse([write_event(failure) for failure in page], headers={"link": link})


def write_event(failure: Failure) -> dict[str, Any]:
    """One event; it never changes."""
    return {
        "uuid": failure.external_id,
        "published": failure.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "eventType": failure.error_type,
        "version": "0",
        "severity": SEVERITY[failure.severity],
        "displayMessage": failure.title,
        "actor": {
            "type": "User",
            "alternateId": f"{failure.team}-{failure.number % 90}@harbor-clinics.example",
        },
        "outcome": {"result": "FAILURE", "reason": failure.body},
        "target": [{"type": "AppInstance", "displayName": failure.service}],
        "transaction": {"type": "WEB", "id": f"t-{failure.number}"},
    }
