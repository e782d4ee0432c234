"""The HTTP protocol of the API's server: closes connections on which no request arrives in time."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_SECONDS_TO_REQUEST = 15.0


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for ever for the rest of a request's header."""

    timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start to wait for a request."""
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Take data; a complete header ends the wait, half a one starts it."""
        super().data_received(data)
        if self._is_serving():
            self._stop_timer()
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop to wait when the connection has ended."""
        self._stop_timer()
        super().connection_lost(exc)

    def _is_serving(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _start_timer(self) -> None:
        if self.timer is None:
            self.timer = self.loop.call_later(MAX_SECONDS_TO_REQUEST, self._close_unless_serving)

    def _stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _close_unless_serving(self) -> None:
        self.timer = None
        if not self._is_serving() and not self.transport.is_closing():
            self.transport.close()
