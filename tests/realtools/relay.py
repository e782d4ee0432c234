"""A relay before a real server: it keeps what was pushed, or answers as another site of the tool."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

HOP = frozenset(
    {"host", "content-length", "connection", "transfer-encoding", "accept-encoding", "content-encoding"}
)


@dataclass(frozen=True)
class Pushed:
    """A request that went through."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Relay:
    """Where it listens, and what went through it."""

    url: str
    target: str
    replace: tuple[bytes, bytes] = (b"", b"")
    trusted: ssl.SSLContext | None = None
    """What vouches for the server's certificate."""
    pushed: list[Pushed] = field(default_factory=list)

    def disguise(self, body: bytes) -> bytes:
        """A body with one word in the place of another: what a second site would say of its own failure."""
        former, other = self.replace
        return body.replace(former, other) if former else body


@contextmanager
def open_relay(
    port: int, target: str, replace: tuple[str, str] = ("", ""), trusted: ssl.SSLContext | None = None
) -> Iterator[Relay]:
    """A relay on a port of this machine; answers have one word replaced by another."""
    former, other = replace
    relay = Relay(f"http://127.0.0.1:{port}", target, (former.encode(), other.encode()), trusted)
    server = ThreadingHTTPServer(("127.0.0.1", port), _make_handler(relay))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _make_handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self._read_body()
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            if self.command == "POST":
                relay.pushed.append(Pushed(self.path, headers, body))
            url, verify = relay.target + self.path, relay.trusted or True
            try:
                answer = httpx2.request(
                    self.command, url, content=body, headers=headers, timeout=60, verify=verify
                )
            except httpx2.HTTPError:
                self.send_error(502)
                return
            content = relay.disguise(answer.content)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _read_body(self) -> bytes:
            if "chunked" not in (self.headers.get("transfer-encoding") or ""):
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            body = b""
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward  # noqa: N815 the names of http.server

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler
