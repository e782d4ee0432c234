"""A small HTTP server on loopback that answers as scripted, faults included, and records each request."""

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from causeloop_pipeline.egress.policy import EgressPolicy


@dataclass
class ReceivedRequest:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """One answer: `document` as JSON unless `raw` is given; `cut` ends the connection in the middle."""

    document: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    cut: bool = False


Script = Callable[[ReceivedRequest], Reply]


@dataclass
class FakeTool:
    """A running server: its address, its requests, and the policy under which it may be reached."""

    port: int
    requests: list[ReceivedRequest]
    script: list[Script]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def egress(self) -> EgressPolicy:
        return EgressPolicy(frozenset({("127.0.0.1", self.port)}))


@contextlib.contextmanager
def fake_tool(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[FakeTool]:
    """Serve `script` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and body in one packet

        def answer(self) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            query = {name: values[-1] for name, values in parse_qs(split.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = ReceivedRequest(self.command, split.path, query, headers, body)
            tool.requests.append(request)
            self.send(tool.script[0](request))

        do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815

        def send(self, reply: Reply) -> None:
            content = json.dumps(reply.document).encode() if reply.raw is None else reply.raw
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + (100 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = reply.cut

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    tool = FakeTool(server.server_address[1], [], [script])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield tool
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def in_turn(*replies: Reply) -> Script:
    """Each reply once, then the last one every time."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
