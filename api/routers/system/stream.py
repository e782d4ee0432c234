"""Server-sent events: a dashboard hears that something has changed and reads it anew."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.auth.authenticate import authenticate
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.operation import Db, Operation
from api.queries.system.stream import read_pulse

router = APIRouter(prefix="/v1", tags=["stream"], route_class=Operation)

LOOK_SECONDS = 2.0
CHECK_CALLER_EVERY = 15
LONGEST_LOOKS = 450


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"description": "Events named `change`", "content": {"text/event-stream": {}}}},
)
async def stream_changes(request: Request, db: Db) -> Response:
    """An event whenever a stage finishes or a job moves; reconnecting with Last-Event-ID repeats nothing."""
    seen = request.headers.get("last-event-id", "")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, db, seen), headers=headers, media_type="text/event-stream")


async def _events(request: Request, db: WorkspaceDatabase, seen: str) -> AsyncIterator[str]:
    yield "retry: 3000\n\n"
    for look in range(LONGEST_LOOKS):
        if look and look % CHECK_CALLER_EVERY == 0 and not await _still_allowed(request):
            return
        pulse = await read_pulse(db)
        current = hashlib.sha256(pulse.encode()).hexdigest()[:16]
        if current != seen:
            seen = current
            yield f"id: {current}\nevent: change\ndata: {pulse}\n\n"
        elif look % CHECK_CALLER_EVERY == 0:
            yield ": nothing new\n\n"
        await asyncio.sleep(LOOK_SECONDS)


async def _still_allowed(request: Request) -> bool:
    try:
        await authenticate(request, request.app.state.pool)
    except Problem:
        return False
    return True
