"""Ends every connection of this process to an address that the egress policy does not allow.

It watches the interpreter itself, so that it holds whichever driver connects, to whatever name that driver
resolves: a name that answers differently a moment later leads nowhere new. Drivers in C connect past it and
are given checked addresses instead.
"""

import ipaddress
import socket
import sys
from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.egress.policy import is_public

HTTPS_PORT = 443


class RefusedConnectionError(OSError):
    """A driver wanted to reach an address that is not allowed."""


class NetworkGuard:
    """What may be reached, and what was refused."""

    def __init__(self, reach: Mapping[str, Any]) -> None:
        self._addresses = {(str(address), int(port)) for address, port in reach.get("addresses", ())}
        self._with_public_https = bool(reach.get("public_https"))
        self.refused: list[str] = []

    def install(self) -> None:
        """Watch every connection of this process from now on; there is no way back."""
        sys.addaudithook(self._check)

    def _check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            self._check_address(arguments[1])
        elif event in {"socket.sendto", "socket.sendmsg"} and arguments[1] is not None:
            self._refuse(str(arguments[1]))

    def _check_address(self, address: Any) -> None:
        if not isinstance(address, tuple):
            self._refuse(f"the local socket {address!r}")
        host, port = str(address[0]).partition("%")[0], int(address[1])
        if (host, port) in self._addresses:
            return
        if self._with_public_https and port == HTTPS_PORT and _is_public(host):
            return
        self._refuse(f"{host}:{port}")

    def _refuse(self, what: str) -> None:
        self.refused.append(what)
        raise RefusedConnectionError(f"connections to {what} are not allowed")


def _is_public(host: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        return _resolve_all_public(host)


def _resolve_all_public(host: str) -> bool:
    """Whether a name that a driver connects to by itself leads to public addresses only."""
    try:
        answers = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(answers) and all(is_public(ipaddress.ip_address(str(answer[4][0]))) for answer in answers)
