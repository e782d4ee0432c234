"""A hostile PostgreSQL server, for what reads from foreign databases."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

READY = b"Z" + struct.pack("!i", 5) + b"I"


@contextlib.contextmanager
def answer_without_end() -> Iterator[int]:
    """A server that signs anybody in and answers the first statement with one endless row; its port."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            connection.sendall(b"R" + struct.pack("!ii", 8, 0) + READY)
            connection.recv(65_536)
            connection.sendall(
                b"T" + struct.pack("!ih", 26, 1) + b"a\0" + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0)
            )
            connection.sendall(b"D" + struct.pack("!i", 1_073_741_000))
            for _ in range(1_024):
                connection.sendall(bytes(1 << 20))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=30)
