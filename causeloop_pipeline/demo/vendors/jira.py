"""Jira's issues: searched by JQL on their last update, paged by a token, texts as Atlassian documents."""

import re
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.demo.exchange import BadRequestError, VendorRequest, VendorResponse, repeat_at_edges
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/rest/api/3/search/jql",)
RATE_LIMIT_HEADERS = {"retry-after": "1", "x-ratelimit-remaining": "0"}
PRIORITY = {"p1": "Highest", "p2": "High", "p3": "Medium", "p4": "Low"}
STATUS = {
    "open": ("To Do", "new"),
    "mitigating": ("In Progress", "indeterminate"),
    "resolved": ("Done", "done"),
}


def read_token(request: VendorRequest) -> str | None:
    """Basic authentication with an API token as the password."""
    return request.basic_password()


def answer(request: VendorRequest, _parts: dict[str, str]) -> VendorResponse:
    """A page of issues, least recently updated first."""
    since = _read_since(request.query.get("jql", ""))
    changed = sorted(request.failures, key=lambda failure: (failure.last_update(request.now), failure.number))
    matching = repeat_at_edges([failure for failure in changed if failure.last_update(request.now) >= since])
    size, start = min(request.number("maxResults", 50), 100), request.number("nextPageToken", 0)
    last = start + size >= len(matching)
    body: dict[str, Any] = {
        "issues": [write_issue(failure, request) for failure in matching[start : start + size]],
        "isLast": last,
    }
    return VendorResponse(body if last else {**body, "nextPageToken": str(start + size)})


def _read_since(jql: str) -> datetime:
    match = re.search(r'updated >= "(\d{4}-\d\d-\d\d \d\d:\d\d)"', jql)
    if "order by updated asc" not in jql.lower() or (
        match is None and "updated" in jql.lower().split("order by")[0]
    ):
        raise BadRequestError(f"the JQL {jql!r} is not understood")
    if match is None:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.strptime(match.group(1), "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def write_issue(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One issue as it is now."""
    name, category = STATUS[failure.status(request.now)]
    key = failure.team if failure.team.isupper() else "OPS"
    return {
        "id": failure.external_id,
        "key": f"{key}-{failure.number}",
        "self": f"https://{failure.workspace}.atlassian.example/rest/api/3/issue/{failure.external_id}",
        "fields": {
            "summary": failure.title,
            "description": _write_document(failure.body),
            "issuetype": {"name": "Incident"},
            "priority": {"name": PRIORITY[failure.severity]},
            "status": {"name": name, "statusCategory": {"key": category, "name": name}},
            "components": [{"name": failure.service}],
            "project": {"key": key, "name": failure.team},
            "environment": _write_document(failure.environment),
            "labels": [failure.error_type.lower()] if failure.error_type else [],
            "created": _format_time(failure.created_at),
            "updated": _format_time(failure.last_update(request.now)),
            "resolutiondate": _format_time(failure.resolved_at) if category == "done" else None,
            "resolution": {"name": "Done"} if category == "done" else None,
            "assignee": {"displayName": failure.ended_by} if category != "new" else None,
            "comment": {"comments": _write_comments(failure) if category == "done" else []},
        },
    }


def _write_comments(failure: Failure) -> list[dict[str, Any]]:
    if not failure.ending:
        return []
    author = {"displayName": failure.ended_by}
    created = _format_time(failure.resolved_at)
    return [{"author": author, "body": _write_document(failure.ending), "created": created}]


def _write_document(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]}
        for line in text.split("\n")
        if line
    ]
    return {"type": "doc", "version": 1, "content": lines}


def _format_time(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000") if moment else None
