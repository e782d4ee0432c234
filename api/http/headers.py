"""Request headers with lower-case names."""

from collections.abc import Mapping

from fastapi import Request

Headers = Mapping[str, str]
"""Header name in lower case → value."""


def read_headers(request: Request) -> Headers:
    """The headers of a request with lower-case names; of a repeated header, the last value."""
    return {name.lower(): value for name, value in request.headers.items()}
