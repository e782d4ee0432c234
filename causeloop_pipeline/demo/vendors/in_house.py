"""A company's own event list, read by the custom connector: numbered pages, a changed-since filter."""

from typing import Any

from causeloop_pipeline.demo.exchange import Answered, Asked, repeating, zulu
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/in-house/events",)
WAIT = {"retry-after": "1"}
CONFIG: dict[str, Any] = {
    "path": PATHS[0],
    "auth": "header",
    "auth_name": "X-Api-Key",
    "records": "items",
    "key": "ref",
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
        "source_created_at": "happened",
        "source_updated_at": "changed",
        "resolved_at": "over",
    },
}


def token(asked: Asked) -> str | None:
    """A key in a header of its own."""
    return asked.headers.get("x-api-key")


def answer(asked: Asked, _parts: dict[str, str]) -> Answered:
    """A page of events, least recently changed first."""
    since = asked.moment("changed_since")
    changed = sorted(asked.told, key=lambda failure: (failure.updated_at(asked.now), failure.number))
    matching = repeating([f for f in changed if since is None or f.updated_at(asked.now) >= since])
    size, page = min(asked.number("size", 50), 100), asked.number("page", 1)
    return Answered(
        {"items": [event(failure, asked) for failure in matching[(page - 1) * size : page * size]]}
    )


def event(failure: Failure, asked: Asked) -> dict[str, Any]:
    """One event as it stands now."""
    status = failure.status(asked.now)
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
        "happened": zulu(failure.created_at),
        "changed": zulu(failure.updated_at(asked.now)),
        "over": zulu(failure.resolved_at) if status == "resolved" else None,
    }
