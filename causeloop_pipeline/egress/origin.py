"""The base address of a connector's tool, and what counts as the same origin."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import httpx2

from causeloop_pipeline.connectors.json_paths import MissingValueError, fill_from
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import AddressRefused

AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
NO_AUTHORITY = re.compile(r"[\s\\@\x00-\x1f\x7f]")
"""What programs read differently in an authority, and user names, which would hide the host."""


NOT_IN_HOST = re.compile(r"[^A-Za-z0-9._:-]")


def find_base_url(connector: Connector, config: Mapping[str, Any]) -> str:
    """The tool's base address, by configuration or by its template."""
    chosen = str(config.get("base_url") or connector.base_url or "")
    try:
        return fill_address(chosen, config).rstrip("/")
    except MissingValueError as missing:
        raise PermanentFailure(f"{connector.title}: {missing.args[0]!r} is not configured") from None


def fill_address(template: str, values: Mapping[str, Any]) -> str:
    """The address filled from values; one that becomes a part of the host cannot reach out of its place."""
    scheme, separator, rest = template.partition("://")
    if not separator:
        return fill_from(template, values)
    end = next((place for place, character in enumerate(rest) if character in "/?#\\"), len(rest))
    authority = fill_from(rest[:end], values, _require_host_part)
    return f"{fill_from(scheme, values)}://{authority}{fill_from(rest[end:], values)}"


def _require_host_part(value: str) -> str:
    if NOT_IN_HOST.search(value):
        raise AddressRefused(
            f"{value[:80]!r} cannot be a part of a host: only letters, digits, dots and hyphens"
        )
    return value


def spell_blanks(url: str) -> str:
    """An address whose parameters hold blanks as %20: not every server reads + as one (Icinga 2 does not)."""
    address, mark, query = url.partition("?")
    return f"{address}{mark}{query.replace('+', '%20')}"


def parse_web_address(text: str) -> httpx2.URL:
    """The URL in a text; AddressRefused where it is none, or where its host can be read in two ways."""
    authority = AUTHORITY.match(text)
    try:
        if authority is not None and NO_AUTHORITY.search(authority[1]):
            raise httpx2.InvalidURL("a user name, a space or a backslash before the path")
        return _parse_address(text)
    except httpx2.InvalidURL:
        raise AddressRefused(f"{text[:80]!r} is not a web address") from None


@lru_cache(maxsize=64)
def _parse_address(text: str) -> httpx2.URL:
    """The URL in a text, cached: a page needs its own several times, and parsing is slow."""
    return httpx2.URL(text)


def find_port(url: httpx2.URL) -> int:
    """The URL's port, by default that of its scheme."""
    return url.port or (443 if url.scheme == "https" else 80)


def write_origin(address: str) -> str:
    """The origin of a web address: without the usual port, and names of other scripts in ASCII."""
    url = parse_web_address(address)
    if url.scheme not in {"http", "https"} or not url.raw_host:
        raise AddressRefused(f"{address[:80]!r} is not a web address")
    host = url.raw_host.decode("ascii").lower()
    host = f"[{host.strip('[]')}]" if ":" in host else host
    port = "" if find_port(url) == (443 if url.scheme == "https" else 80) else f":{find_port(url)}"
    return f"{url.scheme}://{host}{port}"
