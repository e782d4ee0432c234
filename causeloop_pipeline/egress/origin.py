"""The base address of a connector's tool, and what counts as the same origin."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx2

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER, MissingValueError, fill_from
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressRefused


def find_base_url(connector: Connector, config: Mapping[str, Any]) -> str:
    """The tool's base address, by configuration or by its template."""
    chosen = config.get("base_url") or connector.base_url or ""
    try:
        return fill_from(chosen, config).rstrip("/")
    except MissingValueError as missing:
        raise PermanentFailure(f"{connector.title}: {missing.args[0]!r} is not configured") from None


def parse_web_address(text: str) -> httpx2.URL:
    """The URL in a text; EgressRefused where it is none."""
    try:
        return _parse_address(text)
    except httpx2.InvalidURL:
        raise EgressRefused(f"{text[:80]!r} is not a web address") from None


@lru_cache(maxsize=64)
def _parse_address(text: str) -> httpx2.URL:
    """The URL in a text, cached: a page needs its own several times, and parsing is slow."""
    return httpx2.URL(text)


def find_port(url: httpx2.URL) -> int:
    """The URL's port, by default that of its scheme."""
    return url.port or (443 if url.scheme == "https" else 80)


def find_origin(url: httpx2.URL) -> tuple[str, str, int]:
    """Scheme, host and port, to which credentials are bound."""
    return url.scheme, url.host, find_port(url)


def find_credentials_origin(connector: Connector, config: Mapping[str, Any]) -> str:
    """The origin to which a connector's credentials are bound, as text."""
    try:
        config, connector = fill_defaults(connector, config), connector.resolve(config)
    except DeclarationError:
        return "nowhere"  # nor to a tool whose declaration can no longer be read
    if (source := connector.query or connector.files) is not None:
        names = PLACEHOLDER.findall(source.origin)
        return source.origin.format(**{name: _name_place(config.get(name)) for name in names})
    try:
        scheme, host, port = find_origin(parse_web_address(find_base_url(connector, config)))
    except PermanentFailure:
        return "nowhere"  # nothing is sent until the address is completed
    return f"{scheme}://{host}:{port}"


def _name_place(value: Any) -> str:
    return value.lower() if isinstance(value, str) else str(value)
