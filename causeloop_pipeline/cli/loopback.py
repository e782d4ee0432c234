"""Whether an address leads to this machine only."""

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Whether only this machine reaches a host name or address."""
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
