"""When two names mean one service: spelled with other separators, or in other case."""

import re

SEPARATORS = re.compile(r"[-_. ]+")


def normalize_service_name(name: str) -> str:
    """A service's name as names are compared."""
    return SEPARATORS.sub("-", name.strip().lower())
