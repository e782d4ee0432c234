"""Zendesk's incremental ticket export: an endless list by update time whose cursor is stored."""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.demo.exchange import BadRequestError, VendorRequest, VendorResponse, format_utc
from causeloop_pipeline.demo.story import Failure

PATHS = (r"/api/v2/incremental/tickets/cursor\.json",)
RATE_LIMIT_HEADERS = {"retry-after": "1", "x-rate-limit-remaining": "0"}
PRIORITY = {"p1": "urgent", "p2": "high", "p3": "normal", "p4": "low"}
STATUS = {"open": "new", "mitigating": "pending", "resolved": "solved"}


def read_token(request: VendorRequest) -> str | None:
    """Basic authentication as `email/token` with an API token as the password."""
    return request.basic_password()


def answer(request: VendorRequest, _parts: dict[str, str]) -> VendorResponse:
    """The next tickets from the cursor on; the last one of a page comes again on the next."""
    after = _read_position(request)
    changed = sorted(
        ((_update_time(failure, request), failure.number), failure) for failure in request.failures
    )
    matching = [(position, failure) for position, failure in changed if position >= after]
    size = min(request.number("per_page", 1000), 1000)
    page = matching[:size]
    position = page[-1][0] if page else after
    cursor = base64.b64encode(f"{position[0]}|{position[1]}".encode()).decode()
    return VendorResponse(
        {
            "tickets": [write_ticket(failure, request) for _, failure in page],
            "after_cursor": cursor,
            "after_url": request.url(cursor=cursor),
            "end_of_stream": len(page) < size,
        }
    )


def _read_position(request: VendorRequest) -> tuple[int, int]:
    if "cursor" not in request.query:
        return request.number("start_time", 0), 0
    try:
        moment, number = base64.b64decode(request.query["cursor"]).decode().split("|")
        return int(moment), int(number)
    except (binascii.Error, ValueError):
        raise BadRequestError("the cursor is not valid") from None


def _update_time(failure: Failure, request: VendorRequest) -> int:
    return int(failure.last_update(request.now).timestamp())


def write_ticket(failure: Failure, request: VendorRequest) -> dict[str, Any]:
    """One ticket as it is now."""
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
        "status": STATUS[failure.status(request.now)],
        "tags": [f"{name}_{_make_slug(value)}" for name, value in tagged.items() if value],
        "via": {"channel": "web"},
        "group_id": 801,
        "brand_id": 901,
        "created_at": format_utc(failure.created_at),
        "updated_at": format_utc(datetime.fromtimestamp(_update_time(failure, request), UTC)),
        "generated_timestamp": _update_time(failure, request),
    }


def _make_slug(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
