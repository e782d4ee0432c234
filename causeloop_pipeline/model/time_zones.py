"""Which names of time zones there are."""

from functools import cache
from zoneinfo import available_timezones


@cache
def list_time_zones() -> frozenset[str]:
    """The time zones of the IANA database."""
    return frozenset(available_timezones())


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    return name in list_time_zones()
