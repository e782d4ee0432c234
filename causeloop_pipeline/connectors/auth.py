"""How a connector proves who it is; templates are filled from its credentials and configuration."""

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
    """Credentials as query parameters, for tools that know no better."""

    parameters: tuple[tuple[str, str], ...]


Auth = Headers | Bearer | Basic | Query | None
