"""However an address that is not public is written, it is refused."""

import ipaddress
from collections.abc import Iterator

import pytest

from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused
from tests.egress.test_policy import NOBODY, PRIVATE

PRIVATE_V4 = [address for address in PRIVATE if ":" not in address]


def list_spellings(address: str) -> Iterator[str]:
    """Ways in which a resolver, or IPv6, understands an IPv4 address."""
    number, octets = int(ipaddress.IPv4Address(address)), [int(part) for part in address.split(".")]
    first, second, third, fourth = octets
    words = f"{number >> 16:x}:{number & 0xFFFF:x}"
    yield from (str(number), f"0x{number:x}", f"0X{number:08X}", f"0{number:o}", f"000{number:o}")
    yield ".".join(f"0x{octet:x}" for octet in octets)
    yield ".".join(f"0{octet:o}" for octet in octets)
    yield f"{first}.{number & 0xFFFFFF}"
    yield f"{first}.{second}.{third << 8 | fourth}"
    yield f"0x{first:x}.0{second:o}.{third}.{fourth}"
    yield from (f"::ffff:{address}", f"::FFFF:{words}", f"0:0:0:0:0:ffff:{words}", f"[::ffff:{words}]")
    yield from (f"::{words}", f"64:ff9b::{words}", f"2002:{words}::", f"[2002:{words}::1]")


@pytest.mark.parametrize("address", PRIVATE_V4)
def test_no_spelling_of_an_address_that_is_not_public_is_let_through(address: str) -> None:
    spellings = set(list_spellings(address))

    for spelling in spellings:
        with pytest.raises(EgressRefused, match="CAUSELOOP_EGRESS_ALLOW"):
            NOBODY.addresses(spelling, 443)

    assert len(spellings) > 15


def test_a_listed_address_is_let_through_as_it_is_listed_only() -> None:
    policy = EgressPolicy.parse("10.0.0.1:443")
    others = set(list_spellings("10.0.0.1")) - {"10.0.0.1"}

    assert policy.addresses("10.0.0.1", 443) == ["10.0.0.1"]
    for spelling in others:
        with pytest.raises(EgressRefused):
            policy.addresses(spelling, 443)
