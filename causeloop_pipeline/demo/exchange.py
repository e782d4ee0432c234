"""Requests to the demo's tools and their responses."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from causeloop_pipeline.demo.deployments import Deployment
from causeloop_pipeline.demo.error_groups import CountedErrors
from causeloop_pipeline.demo.story import Failure

REPEATED_POSITION = 99


@dataclass(frozen=True)
class VendorRequest:
    """One request, the time of its answer, and what the tool holds at that time."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    origin: str
    now: datetime
    failures: Sequence[Failure] = ()
    deployments: Sequence[Deployment] = ()
    errors: Sequence[CountedErrors] = ()
    method: str = "GET"
    body: bytes = b""

    def number(self, name: str, default: int) -> int:
        """A whole number from the query; BadRequestError if it is none."""
        try:
            return int(self.query.get(name, default))
        except ValueError:
            raise BadRequestError(f"{name} must be a whole number") from None

    def moment(self, name: str) -> datetime | None:
        """An ISO instant from the query."""
        text = self.query.get(name)
        return parse_iso(text) if text else None

    def url(self, **changed: object) -> str:
        """This address with other query parameters."""
        return (
            f"{self.origin}{self.path}?{urlencode({**self.query, **{k: str(v) for k, v in changed.items()}})}"
        )

    def basic_password(self) -> str | None:
        """The password of basic authentication."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        try:
            decoded = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        return decoded.partition(":")[2] if scheme.lower() == "basic" else None

    def authorization(self, scheme: str) -> str | None:
        """The Authorization header without its scheme."""
        value = self.headers.get("authorization", "")
        return value.removeprefix(scheme) if value.startswith(scheme) else None


@dataclass(frozen=True)
class VendorResponse:
    """The tool's response."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def encode(self) -> bytes:
        """The body as it is sent: as JSON, or a page as it is written."""
        is_json = self.content_type == "application/json"
        return (json.dumps(self.body) if is_json else str(self.body)).encode()


class BadRequestError(ValueError):
    """A request that the real tool would answer with status 400."""


def parse_iso(text: str) -> datetime:
    """An ISO instant; BadRequestError if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequestError(f"{text!r} is not an ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def format_utc(moment: datetime | None) -> str | None:
    """2026-03-01T10:20:30Z, as most tools write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def repeat_at_edges(failures: Sequence[Failure]) -> list[Failure]:
    """Simulate a list that changes while it is read: a record is repeated at the edge of a page of 100."""
    return list(_repeat_at_page_edges(failures))


def _repeat_at_page_edges(failures: Sequence[Failure]) -> Iterator[Failure]:
    for position, failure in enumerate(failures):
        yield failure
        if position and position % REPEATED_POSITION == 0:
            yield failure
