"""Sentry's issues, the latest event first, paged by Link headers; one issue has the counts of 30 days."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from causeloop_pipeline.demo.error_groups import CountedErrors
from causeloop_pipeline.demo.exchange import VendorRequest, VendorResponse, format_utc, parse_iso

PATHS = (
    r"/api/0/organizations/(?P<organization>[^/]+)/issues/",
    r"/api/0/organizations/(?P<organization>[^/]+)/issues/(?P<id>\d+)/",
    r"/api/0/organizations/(?P<organization>[^/]+)/(?P<releases>releases)/",
)
RATE_LIMIT_HEADERS = {"retry-after": "1", "x-sentry-rate-limit-remaining": "0"}
LAST_SEEN = "lastSeen:>="


def read_token(request: VendorRequest) -> str | None:
    """A bearer token."""
    return request.authorization("Bearer ")


def answer(request: VendorRequest, parts: dict[str, str]) -> VendorResponse:
    """A page of issues, one issue, or the releases: this organization makes none."""
    if "releases" in parts:
        return VendorResponse([])
    if "id" in parts:
        matching = [errors for errors in request.errors if errors.external_id == parts["id"]]
        if not matching:
            return VendorResponse({"detail": "The requested resource does not exist"}, 404)
        return VendorResponse(write_issue(matching[0], request, {"24h": _count_hours, "30d": _count_days}))
    newest = sorted(request.errors, key=lambda errors: errors.times[-1], reverse=True)
    since = _read_since(request.query.get("query", ""))
    matching = [errors for errors in newest if since is None or errors.times[-1] >= since]
    size, start = (
        min(request.number("limit", 100), 100),
        int(request.query.get("cursor", "0:0:0").split(":")[1]),
    )
    page, end = matching[start : start + size], start + size
    more = "true" if end < len(matching) else "false"
    link = f'<{request.url(cursor=f"0:{end}:0")}>; rel="next"; results="{more}"; cursor="0:{end}:0"'
    issues = [write_issue(errors, request, {"24h": _count_hours}) for errors in page]
    return VendorResponse(issues, headers={"link": link})


def _read_since(query: str) -> datetime | None:
    word = next((word for word in query.split() if word.startswith(LAST_SEEN)), None)
    return parse_iso(word.removeprefix(LAST_SEEN)) if word else None


def write_issue(
    errors: CountedErrors,
    request: VendorRequest,
    stats: dict[str, Callable[[Sequence[datetime], datetime], list[list[int]]]],
) -> dict[str, Any]:
    """One issue as it is now; it counts its events over these periods."""
    group = errors.group
    return {
        "id": errors.external_id,
        "shortId": f"{group.service.upper()}-{errors.number % 1000}",
        "title": group.title,
        "culprit": group.culprit,
        "permalink": f"https://{errors.workspace}.sentry.example/issues/{errors.external_id}/",
        "level": group.level,
        "status": "unresolved",
        "substatus": "ongoing",
        "statusDetails": {},
        "type": "error",
        "metadata": {"type": group.error_type, "value": group.value},
        "platform": "javascript",
        "project": {"id": "1", "slug": group.service, "name": group.service},
        "assignedTo": {"type": "team", "id": "1", "name": group.team},
        "tags": [{"key": "environment", "value": group.environment}],
        "count": str(len(errors.times)),
        "userCount": len(errors.times) * 2 // 3,
        "firstSeen": format_utc(errors.times[0]),
        "lastSeen": format_utc(errors.times[-1]),
        "stats": {period: count(errors.times, request.now) for period, count in stats.items()},
    }


def _count_hours(times: Sequence[datetime], now: datetime) -> list[list[int]]:
    last = now.replace(minute=0, second=0, microsecond=0)
    return _count(times, [last - timedelta(hours=hour) for hour in range(23, -1, -1)], timedelta(hours=1))


def _count_days(times: Sequence[datetime], now: datetime) -> list[list[int]]:
    last = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return _count(times, [last - timedelta(days=day) for day in range(29, -1, -1)], timedelta(days=1))


def _count(times: Sequence[datetime], starts: Sequence[datetime], span: timedelta) -> list[list[int]]:
    counts = Counter((at - starts[0]) // span for at in times)
    return [[int(start.timestamp()), counts[place]] for place, start in enumerate(starts)]
