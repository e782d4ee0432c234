"""The header by which a program says that it asks on behalf of the caller."""

from fastapi import Request

AGENT_HEADER, MAX_AGENT = "x-causeloop-agent", 80


def read_agent(request: Request) -> str | None:
    """The program that asks, by its own words; None: the caller asks directly."""
    named = request.headers.get(AGENT_HEADER)
    return None if named is None else "".join(filter(str.isprintable, named))[:MAX_AGENT]
