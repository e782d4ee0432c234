"""Which connections wait for a whole request, and which of them are closed when there are too many.

Nobody waits for a place that an idle connection takes: a new one is always accepted, and the one that has
waited longest is closed for it, of the same address first. So an address never takes others' places.
"""

import ipaddress
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MAX_WAITING_PER_ADDRESS, MAX_WAITING = 32, 512


class Closable(Protocol):
    """A connection."""

    def close_now(self) -> None:
        """Close it, whatever was not sent yet."""


@dataclass
class WaitingConnections:
    """The connections of one server on which no request is in progress, the longest waiting first."""

    by_address: dict[Hashable, dict[Closable, None]] = field(default_factory=dict)
    total: int = 0

    def add(self, connection: Closable, address: Hashable) -> None:
        """Let a connection wait, and close another where there are too many."""
        waiting = self.by_address.setdefault(address, {})
        if connection in waiting:
            return
        waiting[connection] = None
        self.total += 1
        if len(waiting) > MAX_WAITING_PER_ADDRESS:
            self._close_longest(address)
        elif self.total > MAX_WAITING:
            self._close_longest(max(self.by_address, key=lambda key: len(self.by_address[key])))

    def remove(self, connection: Closable, address: Hashable) -> None:
        """Count a connection no longer: its request is in progress, or it was closed."""
        waiting = self.by_address.get(address, {})
        if connection not in waiting:
            return
        del waiting[connection]
        self.total -= 1
        if not waiting:
            del self.by_address[address]

    def _close_longest(self, address: Hashable) -> None:
        connection = next(iter(self.by_address[address]))
        self.remove(connection, address)
        connection.close_now()


def is_proxy(address: str, trusted: str | Sequence[str] | None) -> bool:
    """Whether an address is one of those whose `X-Forwarded-For` is believed, which stand for many others."""
    named = trusted.split(",") if isinstance(trusted, str) else trusted or []
    return any(_fits(address, name.strip()) for name in named)


def _fits(address: str, name: str) -> bool:
    if name in {"*", address}:
        return True
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(name)
    except ValueError:
        return False
