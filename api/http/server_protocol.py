"""The HTTP protocol of the API's server: bounds connections on which no request arrives, or nobody reads."""

import asyncio
import weakref
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.http.client_network import find_network
from api.http.connections import WaitingConnections, is_proxy

MAX_SECONDS_TO_REQUEST = 15.0
MAX_SECONDS_UNREAD = 30.0
"""In which a client takes what the buffer of a connection holds, some ten thousand bytes."""

MAX_HEADER_BYTES = 65_536
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


_waiting: weakref.WeakKeyDictionary[ServerState, WaitingConnections] = weakref.WeakKeyDictionary()
"""Those of each server of this process."""


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with deadlines for requests and readers, for which it would otherwise wait forever.

    Connections without a request in progress are limited by address, but not those of a proxy that is named.
    """

    timer: asyncio.TimerHandle | None = None
    write_timer: asyncio.TimerHandle | None = None
    address: str | None = None
    is_in_header = False
    header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Start the header timeout."""
        super().connection_made(transport)
        self.address = self._find_address()
        self._wait()
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

    def on_message_complete(self) -> None:
        """Count the connection as busy: its request is whole."""
        super().on_message_complete()
        self._stop_waiting()

    def on_response_complete(self) -> None:
        """Let the connection wait for its next request."""
        super().on_response_complete()
        if not self.transport.is_closing() and not self._is_serving():
            self._wait()

    def pause_writing(self) -> None:
        """Start the timeout of a client that does not read."""
        super().pause_writing()
        if self.write_timer is None:
            self.write_timer = self.loop.call_later(MAX_SECONDS_UNREAD, self.close_now)

    def resume_writing(self) -> None:
        """Cancel it: the client has read."""
        super().resume_writing()
        self._stop_write_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeouts when the connection is closed."""
        self._stop_timer()
        self._stop_waiting()
        super().connection_lost(exc)
        self._stop_write_timer()

    def close_now(self) -> None:
        """Close the connection, whatever was not sent yet."""
        self.transport.abort()

    def _find_address(self) -> str | None:
        """The network of a client whose connections are counted."""
        if self.client is None:  # a socket of this machine
            return None
        trusted = self.config.forwarded_allow_ips if self.config.proxy_headers else None
        return None if is_proxy(self.client[0], trusted) else find_network(self.client[0])

    def _wait(self) -> None:
        if self.address is not None:
            _waiting.setdefault(self.server_state, WaitingConnections()).add(self, self.address)

    def _stop_waiting(self) -> None:
        if self.address is not None and self.server_state in _waiting:
            _waiting[self.server_state].remove(self, self.address)

    def _stop_write_timer(self) -> None:
        if self.write_timer is not None:
            self.write_timer.cancel()
            self.write_timer = None

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
        if not self._is_serving():
            self.close_now()
