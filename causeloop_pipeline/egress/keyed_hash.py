"""Requests that carry a keyed hash of themselves, so that the key itself is never sent."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

import httpx2

from causeloop_pipeline.connectors.auth import KeyedHash
from causeloop_pipeline.connectors.json_paths import fill_from


@dataclass(frozen=True)
class HashKey:
    """How a tool's requests are signed by a keyed hash, and the key."""

    auth: KeyedHash
    values: Mapping[str, Any] = field(repr=False)

    def sign(self, method: str, url: str, now: datetime) -> dict[str, str]:
        """The headers that sign a request."""
        address = httpx2.URL(url)
        parts = {
            "<date>": now.strftime(self.auth.date),
            "<method>": method,
            "<host>": address.netloc.decode().lower(),
            "<path>": address.path,
            "<target>": address.raw_path.decode(),
            "<query>": _sort_query(address),
        }
        key = fill_from(self.auth.key, self.values).encode()
        text = _fill(fill_from(self.auth.signed, self.values), parts)
        parts["<signature>"] = hmac.digest(key, text.encode(), self.auth.algorithm).hex()
        headers = {name: _fill(fill_from(text, self.values), parts) for name, text in self.auth.headers}
        if self.auth.username is not None:
            pair = f"{fill_from(self.auth.username, self.values)}:{parts['<signature>']}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return headers


def _fill(template: str, parts: Mapping[str, str]) -> str:
    for place, value in parts.items():
        template = template.replace(place, value)
    return template


def _sort_query(address: httpx2.URL) -> str:
    """The parameters in the order of their names, written as RFC 3986 says."""
    pairs = (pair.partition("=") for pair in address.query.decode().split("&") if pair)
    decoded = sorted((_decode(name), _decode(value)) for name, _, value in pairs)
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in decoded)


def _decode(text: str) -> str:
    return unquote(text.replace("+", " "))
