"""Read-your-writes: clients that have just written read from the primary.

The process that handled the write remembers it. Other API processes see it by a cookie that expires after the
maximum replication lag; programs that keep cookies are treated like browsers.
"""

import math
from typing import Any

from fastapi import Request, Response

from api.access.caller import Caller
from api.auth import browser_cookies
from api.http.replica import MAX_LAG_SECONDS, NearestReader, Replica

COOKIE_SECONDS = math.ceil(MAX_LAG_SECONDS) + 1


def choose_reader(request: Request, caller: Caller) -> Any:
    """The reader for a request; None means the primary."""
    replica: Replica | None = request.app.state.replica
    if replica is None or request.method not in browser_cookies.READ_METHODS:
        return None
    if browser_cookies.has_written(request):
        return None
    return NearestReader(replica, request.app.state.pool, caller.workspace_id)


def note_write(request: Request, response: Response) -> Response:
    """Remember, here and in the caller's cookie, that a request may have changed something."""
    replica: Replica | None = request.app.state.replica
    if replica is None or request.method in browser_cookies.READ_METHODS:
        return response
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is not None:
        replica.note_write(caller.workspace_id)
    browser_cookies.set_written_cookie(request, response, COOKIE_SECONDS)
    return response
