"""What limits count as one sender."""

import ipaddress
from functools import lru_cache

MAX_ADDRESSES = 4_096


@lru_cache(maxsize=MAX_ADDRESSES)
def find_network(address: str) -> str:
    """An IPv4 address, or the 64-bit network that an IPv6 host has whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((int(parsed), 64), strict=False))
