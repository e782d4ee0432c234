"""An HTTP server on loopback that answers as a function says; for conformance runs only."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson


@dataclass(frozen=True)
class ToolRequest:
    """A request as the tool sees it: parameters of the address, and of the body where it has one."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What the tool answers; `cut` ends the connection in the middle of the body."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return orjson.dumps(self.document) if self.raw is None else self.raw


@contextlib.contextmanager
def serve(answer: Callable[[ToolRequest], Answer]) -> Iterator[int]:
    """Serve until the block ends; the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def respond(self) -> None:
            reply = answer(self._read())
            content = reply.content
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + (100 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = reply.cut

        do_GET = do_POST = respond  # noqa: N815

        def _read(self) -> ToolRequest:
            split = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_form = "urlencoded" in headers.get("content-type", "")
            body: Any = dict(parse_qsl(raw.decode())) if is_form else None
            if raw and not is_form:
                body = orjson.loads(raw)
            return ToolRequest(self.command, unquote(split.path), dict(parse_qsl(split.query)), headers, body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
