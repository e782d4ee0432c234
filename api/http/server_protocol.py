"""The HTTP protocol of the API's server: closes connections on which no request arrives in time and size."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_SECONDS_TO_REQUEST = 15.0
MAX_HEADER_BYTES = 65_536
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a deadline for request headers, for which it would otherwise wait forever."""

    timer: asyncio.TimerHandle | None = None
    is_in_header = False
    header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Start the header timeout."""
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Take data; a complete header ends the timeout, a partial one starts it."""
        super().data_received(data)
        if self._is_serving():
            self._stop_timer()
        else:
            self._start_timer()
        if self.is_in_header:
            self.header_bytes += len(data)
            self._close_if_too_large()

    def on_message_begin(self) -> None:
        """Start counting header bytes."""
        self.is_in_header, self.header_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop counting: the body has its own limits."""
        self.is_in_header = False
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeout when the connection is closed."""
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

    def _close_if_too_large(self) -> None:
        if self.header_bytes > MAX_HEADER_BYTES and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def _close_unless_serving(self) -> None:
        self.timer = None
        if not self._is_serving() and not self.transport.is_closing():
            self.transport.close()
