"""How a connector authenticates at its tool; templates are filled from its credentials."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Headers:
    """Credentials as request headers: any number of (name, template)."""

    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bearer:
    """`Authorization: Bearer <token>`."""

    token: str = "{token}"  # noqa: S105 a template, not a token


@dataclass(frozen=True)
class Basic:
    """HTTP basic authentication from two templates."""

    username: str
    password: str


@dataclass(frozen=True)
class Query:
    """Credentials as query parameters: any number of (name, template)."""

    parameters: tuple[tuple[str, str], ...]


Auth = Headers | Bearer | Basic | Query | None
