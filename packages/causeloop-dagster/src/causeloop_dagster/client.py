"""Calls Causeloop's API by the standard library: the key goes to its address and follows no redirect."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

SECONDS = 10.0
MAX_ANSWER_BYTES = 4_000_000
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class CauseloopError(Exception):
    """Causeloop could not be reached, or refused what was sent."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key elsewhere."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        """Follow none."""


class Causeloop:
    """A workspace of a Causeloop installation, as the owner of a key sees it."""

    def __init__(self, url: str, key: str) -> None:
        address = urlsplit(url)
        is_secure = address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK)
        if not is_secure or not address.hostname:
            raise CauseloopError(
                f"{url!r} is not an address of Causeloop: give https://…, which protects the key"
            )
        if not key or not key.isascii() or not key.isprintable():
            raise CauseloopError(
                "the key of Causeloop is missing or holds characters that no header can carry"
            )
        self._url, self._key = url.rstrip("/"), key
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ingest(self, event: Mapping[str, Any]) -> None:
        """Store a failure, or a newer version of one; sent again it is a duplicate."""
        self._post("/v1/ingest/events", event)

    def look_up(self, failure: Mapping[str, Any]) -> dict[str, Any]:
        """Which earlier failures one repeats; nothing is stored."""
        return self._post("/v1/seen-before", failure)

    def _post(self, path: str, document: Mapping[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 the scheme was checked
            self._url + path,
            data=json.dumps(document).encode(),
            headers={
                "Authorization": f"Bearer {self._key}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": "causeloop-dagster",
            },
            method="POST",
        )
        try:
            with self._opener.open(request, timeout=SECONDS) as response:
                answer = json.loads(response.read(MAX_ANSWER_BYTES))
        except urllib.error.HTTPError as error:
            raise CauseloopError(
                f"Causeloop answered {error.code} to {path}: {_read_detail(error)}"
            ) from None
        except (OSError, HTTPException, ValueError) as error:
            raise CauseloopError(f"Causeloop cannot be reached at {self._url}{path}: {error}") from None
        if not isinstance(answer, dict):
            raise CauseloopError(f"{self._url}{path} answered no object: is it the address of Causeloop?")
        return answer


def _read_detail(error: urllib.error.HTTPError) -> str:
    try:
        document = json.loads(error.read(10_000))
        return str(document.get("detail") or document.get("title") or error.reason)
    except (OSError, ValueError, AttributeError):
        return str(error.reason)
