"""Which addresses a connector may reach: the public internet over TLS, and what an administrator listed.

A name is resolved once, every address is checked, and the connection goes to a checked address, which
prevents DNS rebinding. A name that leads to a private address and one that does not exist get the same
answer, so that nobody learns which names an internal network has; the log says more to operators.
"""

import ipaddress
import logging
import re
import socket
from dataclasses import dataclass

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
CLOUD_SERVICES = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure: DNS, health and the agent's channel
        "161.26.0.0/16",  # IBM Cloud: services of its own network
        "166.8.0.0/14",
    )
)
"""Addresses of the public range that a cloud answers itself, from inside only. Those of other clouds, such as
169.254.169.254, fd00:ec2::254, 100.100.100.200 and 192.0.0.192, are in ranges that nobody's are public."""
# Ranges that `is_global` of the oldest supported Python still counts as public.
NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
    )
)


HOST_NAME = re.compile(r"[0-9a-z](?:[0-9a-z.:_-]*[0-9a-z])?|::[0-9a-f:]*")
METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200")))
"""Where clouds hand out credentials to whoever asks from inside."""

logger = logging.getLogger(__name__)


class EgressRefused(OutsideFailure):
    """Connectors of this installation may not reach this address."""


class AddressRefused(EgressRefused, PermanentFailure):
    """An address that is forbidden as it is written, or is none."""


class NameRefused(EgressRefused, TransientFailure):
    """A name without public addresses: the answer does not say whether it has private ones."""


@dataclass(frozen=True)
class EgressPolicy:
    """`allow` lists the hosts and ports that may be private, without TLS or on an unusual port."""

    allow: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def parse(cls, setting: str) -> "EgressPolicy":
        """The policy of a setting such as "127.0.0.1:8090, [::1]:9000, db.internal:5432"."""
        entries = (entry.strip().rpartition(":") for entry in setting.split(",") if entry.strip())
        return cls(frozenset((host.strip("[]").lower(), int(port)) for host, _, port in entries))

    @staticmethod
    def read_entry(entry: str) -> str:
        """One host and port in one spelling; AddressRefused with why it cannot be listed."""
        host, _, port = entry.strip().rpartition(":")
        name = host.strip("[]").lower()
        if not HOST_NAME.fullmatch(name) or not port.isdigit() or not 0 < int(port) < 65_536:
            raise AddressRefused(f"{entry!r} is not a host and a port: write db.internal:5432 or [::1]:9000")
        if _is_number(name):
            address = ipaddress.ip_address(name)
            inner = getattr(address, "ipv4_mapped", None) or address
            if inner.is_link_local or inner.is_multicast or inner.is_unspecified or inner in METADATA:
                raise AddressRefused(
                    f"{entry} is what a cloud or the link itself answers: it is never reached"
                )
        return f"[{name}]:{int(port)}" if ":" in name else f"{name}:{int(port)}"

    def allows(self, host: str, port: int) -> bool:
        """Whether an administrator listed this very host and port."""
        return (host.strip("[]").lower(), port) in self.allow

    def check_web(self, scheme: str, host: str, port: int) -> None:
        """Refuse anything but HTTPS on port 443, except for listed hosts."""
        if scheme not in {"http", "https"} or not host:
            raise AddressRefused(f"the address of {host or 'nothing'} must begin with https://")
        if not self.allows(host, port) and (scheme, port) != ("https", 443):
            raise AddressRefused(
                f"{scheme}://{host}:{port} is not HTTPS on port 443; if it is meant, an administrator runs "
                f"`causeloop egress allow {host}:{port}` (CAUSELOOP_EGRESS_ALLOW)"
            )

    def addresses(self, host: str, port: int) -> list[str]:
        """The host's addresses, all checked; a single private one refuses them all."""
        answers = _resolve(host, port)
        if not self.allows(host, port):
            private = [answer for answer in answers if not _is_public_answer(answer)]
            if private and _is_number(host):
                raise AddressRefused(
                    f"{host} is a private address; if it is meant, an administrator runs "
                    f"`causeloop egress allow {host}:{port}` (CAUSELOOP_EGRESS_ALLOW)"
                )
            if private:
                logger.info("%s leads to %s, which is not public", host, private[0])
                raise _refuse_name(host, port)
        return answers


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, embedded IPv4 addresses included."""
    inner = address.ipv4_mapped or address if isinstance(address, ipaddress.IPv6Address) else address
    if inner.version == 6 and inner not in GLOBAL_UNICAST:
        return False
    return inner.is_global and not any(inner in network for network in (*NOT_PUBLIC, *CLOUD_SERVICES))


def _resolve(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        logger.info("%s has no address (%s)", host, error)
        raise _refuse_name(host, port) from None
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def _refuse_name(host: str, port: int) -> NameRefused:
    return NameRefused(
        f"{host} cannot be reached: no public address of this name is found. Is it right? If it is of a "
        f"private network, an administrator adds {host}:{port} to CAUSELOOP_EGRESS_ALLOW, or runs "
        "`causeloop egress allow`"
    )


def _is_public_answer(answer: str) -> bool:
    return is_public(ipaddress.ip_address(answer.partition("%")[0]))


def _is_number(host: str) -> bool:
    """Whether a host is an address itself, in whichever spelling a resolver understands."""
    host = host.strip("[]").partition("%")[0]
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            socket.inet_aton(host)
        except (OSError, UnicodeError):
            return False
    return True
