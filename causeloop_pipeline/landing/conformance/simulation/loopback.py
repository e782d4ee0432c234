"""An HTTP server on loopback that answers as a function says; for conformance runs only."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

MAX_STALL_SECONDS = 5.0


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
    """What the tool answers; `cut` ends the connection in the middle of the body, `stall` stops there."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False
    stall: threading.Event | None = None
    """The rest of the body is kept back until this is set."""
    list_name: str = ""
    """Of which list it is a page."""

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        return orjson.dumps(self.document) if self.raw is None else self.raw


Script = Callable[[ToolRequest], Answer]


@dataclass
class ToolServer:
    """A running server; what it answers may be exchanged at any time."""

    port: int = 0
    script: Script = lambda _request: Answer(status=404)
    defects: list[BaseException] = field(default_factory=list)
    """What went wrong in the server itself: no fault of a connector."""

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def serve() -> Iterator[ToolServer]:
    """Serve until the block ends."""
    tool = ToolServer()
    server = _Server(tool)
    tool.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield tool
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True

    def __init__(self, tool: ToolServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.tool = tool

    def handle_error(self, *_: object) -> None:
        """A client that was killed leaves a connection that breaks; anything else is our own defect."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.tool.defects.append(error)


class _Handler(BaseHTTPRequestHandler):
    """Answers each request as the script says."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet
    server: _Server

    def respond(self) -> None:
        """Send the answer: whole, cut, or held back in the middle."""
        reply = self.server.tool.script(self._read())
        content = reply.content
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) + (100 if reply.cut else 0)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if reply.stall is not None:
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            reply.stall.wait(MAX_STALL_SECONDS)
            self.close_connection = True
            return
        self.wfile.write(content)
        self.close_connection = reply.cut

    do_GET = do_HEAD = do_POST = respond  # noqa: N815

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
        """Nothing: a run makes thousands of requests."""
