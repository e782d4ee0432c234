"""A relay of TCP connections on loopback that can fall silent, as a machine does that is cut off."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Relay:
    """Passes on what it receives while it `speaks`; else it accepts everything and passes on nothing.

    With `hides_ends` no side learns that the other one has closed its connection.
    """

    target: int
    hides_ends: bool = False
    passed: int = 0
    server: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    speaks: threading.Event = field(default_factory=threading.Event)
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.getsockname()[1])

    def accept(self) -> None:
        """Relay each connection, until the server is closed."""
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.server.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                self.speaks.wait()
                sink.sendall(data)
                self.passed += len(data)
        if self.hides_ends:
            return
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def relaying(target: int, *, hides_ends: bool = False) -> Iterator[Relay]:
    """A relay to a loopback port, until the block ends."""
    relay = Relay(target, hides_ends)
    relay.speaks.set()
    threading.Thread(target=relay.accept, daemon=True).start()
    try:
        yield relay
    finally:
        relay.speaks.set()
        for each in (relay.server, *relay.sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
