"""A proxy on loopback for clients whose connections the interpreter does not see, such as those in Rust.

A client that is given its address reaches only the hosts that it was made for. It connects by Python, so the
network guard of the process checks each address: what a store redirects to is refused like anything else.
"""

import contextlib
import socket
import threading
from collections.abc import Collection
from urllib.parse import urlsplit

from causeloop_pipeline.landing.polling.isolated.network_guard import RefusedConnectionError

MAX_HEAD_BYTES = 64_000
CONNECT_SECONDS, IDLE_SECONDS = 10, 60
CHUNK_BYTES = 256_000
END = b"\r\n\r\n"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0" + END


class HostProxy:
    """Carries HTTPS by CONNECT and plain HTTP by absolute addresses, one exchange for each connection."""

    def __init__(self, hosts: Collection[tuple[str, int]]) -> None:
        self._hosts = {(host.strip("[]").lower(), port) for host, port in hosts}
        self.refused: list[str] = []
        """What the client wanted to reach and may not."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError, ValueError):
            client.settimeout(IDLE_SECONDS)
            head, rest = _read_head(client)
            method, target, version = head.partition(b"\r\n")[0].decode("latin-1").split(" ", 2)
            url = urlsplit(f"//{target}" if method == "CONNECT" else target)
            host, port = (url.hostname or "").lower(), url.port or 80
            if (host, port) not in self._hosts:
                self.refused.append(f"{host}:{port}")
                client.sendall(FORBIDDEN)
                return
            try:
                server = socket.create_connection((host, port), CONNECT_SECONDS)
            except RefusedConnectionError:
                client.sendall(FORBIDDEN)
                return
            with server:
                server.settimeout(IDLE_SECONDS)
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    origin = url._replace(scheme="", netloc="").geturl() or "/"
                    first = f"{method} {origin} {version}\r\nConnection: close\r\n".encode("latin-1")
                    server.sendall(first + head.partition(b"\r\n")[2] + rest)
                threading.Thread(target=_carry, args=(client, server), daemon=True).start()
                _carry(server, client)


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """The lines of a request, and what follows them."""
    head = b""
    while END not in head:
        part = client.recv(CHUNK_BYTES)
        if not part or len(head) > MAX_HEAD_BYTES:
            raise OSError("no request of HTTP")
        head += part
    lines, _, rest = head.partition(END)
    return lines + END, rest


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(CHUNK_BYTES):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
