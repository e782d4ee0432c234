"""Zendesk's incremental ticket export: an endless walk by update time whose cursor is kept."""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.demo.exchange import Answered, Asked, BadQuestionError, zulu
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/api/v2/incremental/tickets/cursor\.json",)
WAIT = {"retry-after": "1", "x-rate-limit-remaining": "0"}
PRIORITY = {"p1": "urgent", "p2": "high", "p3": "normal", "p4": "low"}
STATUS = {"open": "new", "mitigating": "pending", "resolved": "solved"}


def token(asked: Asked) -> str | None:
    """Basic authentication as `email/token` with an API token as the password."""
    return asked.basic_password()


def answer(asked: Asked, _parts: dict[str, str]) -> Answered:
    """The next tickets from the cursor on; the last one of a page comes again on the next."""
    after = _position(asked)
    changed = sorted(((_changed(failure, asked), failure.number), failure) for failure in asked.told)
    matching = [(position, failure) for position, failure in changed if position >= after]
    size = min(asked.number("per_page", 1000), 1000)
    page = matching[:size]
    position = page[-1][0] if page else after
    cursor = base64.b64encode(f"{position[0]}|{position[1]}".encode()).decode()
    return Answered(
        {
            "tickets": [ticket(failure, asked) for _, failure in page],
            "after_cursor": cursor,
            "after_url": asked.url(cursor=cursor),
            "end_of_stream": len(page) < size,
        }
    )


def _position(asked: Asked) -> tuple[int, int]:
    if "cursor" not in asked.query:
        return asked.number("start_time", 0), 0
    try:
        moment, number = base64.b64decode(asked.query["cursor"]).decode().split("|")
        return int(moment), int(number)
    except (binascii.Error, ValueError):
        raise BadQuestionError("the cursor is not one that was given out") from None


def _changed(failure: Failure, asked: Asked) -> int:
    return int(failure.updated_at(asked.now).timestamp())


def ticket(failure: Failure, asked: Asked) -> dict[str, Any]:
    """One ticket as it stands now."""
    tagged = {
        "service": failure.service,
        "team": failure.team,
        "env": failure.environment,
        "error": failure.error_type,
    }
    return {
        "url": f"https://{failure.workspace}.zendesk.example/api/v2/tickets/{failure.external_id}.json",
        "id": int(failure.external_id),
        "type": "incident",
        "subject": failure.title,
        "raw_subject": failure.title,
        "description": failure.body or failure.title,
        "priority": PRIORITY[failure.severity],
        "status": STATUS[failure.status(asked.now)],
        "tags": [f"{name}_{_slug(value)}" for name, value in tagged.items() if value],
        "via": {"channel": "web"},
        "group_id": 801,
        "brand_id": 901,
        "created_at": zulu(failure.created_at),
        "updated_at": zulu(datetime.fromtimestamp(_changed(failure, asked), UTC)),
        "generated_timestamp": _changed(failure, asked),
    }


def _slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
