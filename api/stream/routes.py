"""Live updates as server-sent events: a dashboard learns that something has changed, and reads it again."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.access.permissions import requires
from api.auth.authenticate import authenticate
from api.http.concurrency import HeldResponse
from api.http.database import WorkspaceDatabase
from api.http.errors import Problem
from api.operation import CurrentCaller, Db, Operation
from api.stream.queries import read_state
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["stream"], route_class=Operation)

POLL_SECONDS = 2.0
POLLS_PER_CALLER_CHECK = 15
MAX_POLLS = 450


@router.get(
    "/stream",
    summary="Stream changes",
    response_class=StreamingResponse,
    responses={200: {"description": "Events named `change`", "content": {"text/event-stream": {}}}},
)
@requires(Role.VIEWER)
async def stream_changes(request: Request, db: Db, caller: CurrentCaller) -> Response:
    """Sends an event when a stage finishes or a job changes. Last-Event-ID resumes without repetition."""
    state = request.app.state
    slots = [(state.event_streams, caller.caller_id), (state.workspace_streams, caller.workspace_id)]
    last_id = request.headers.get("last-event-id", "")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    events = _stream_events(request, db, last_id)
    return HeldResponse(events, slots, headers=headers, media_type="text/event-stream")


async def _stream_events(request: Request, db: WorkspaceDatabase, last_id: str) -> AsyncIterator[str]:
    yield "retry: 3000\n\n"
    for poll in range(MAX_POLLS):
        is_check_due = poll % POLLS_PER_CALLER_CHECK == 0
        if poll and is_check_due and not await _is_still_allowed(request):
            return
        state = await read_state(db)
        state_id = hashlib.sha256(state.encode()).hexdigest()[:16]
        if state_id != last_id:
            last_id = state_id
            yield f"id: {state_id}\nevent: change\ndata: {state}\n\n"
        elif is_check_due:
            yield ": no change\n\n"
        await asyncio.sleep(POLL_SECONDS)


async def _is_still_allowed(request: Request) -> bool:
    try:
        await authenticate(request, request.app.state.pool)
    except Problem:
        return False
    return True
