"""A question to a demo tool and its answer, as HTTP carries them."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from causeloop_pipeline.demo.deployments import Deployment
from causeloop_pipeline.demo.story import Failure

REPEATED = 99


@dataclass(frozen=True)
class Asked:
    """One GET request; `now` is when it is answered, `told` and `deployed` what the tool knows then."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    origin: str
    now: datetime
    told: Sequence[Failure] = ()
    deployed: Sequence[Deployment] = ()

    def number(self, name: str, default: int) -> int:
        """A whole number from the query; BadQuestionError when it is none."""
        try:
            return int(self.query.get(name, default))
        except ValueError:
            raise BadQuestionError(f"{name} must be a whole number") from None

    def moment(self, name: str) -> datetime | None:
        """An ISO instant from the query."""
        text = self.query.get(name)
        return iso(text) if text else None

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
        """What follows the scheme in the Authorization header."""
        value = self.headers.get("authorization", "")
        return value.removeprefix(scheme) if value.startswith(scheme) else None


@dataclass(frozen=True)
class Answered:
    """What the tool says."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The body as JSON."""
        return json.dumps(self.body).encode()


class BadQuestionError(ValueError):
    """A question that the real tool would answer with 400."""


def iso(text: str) -> datetime:
    """An ISO instant; BadQuestionError when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestionError(f"{text!r} is no ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def zulu(moment: datetime | None) -> str | None:
    """2026-03-01T10:20:30Z, as most tools write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def repeating(told: Sequence[Failure]) -> list[Failure]:
    """A list that moved while it was read: at the edge of a page of 100 one record comes twice."""
    return list(_repeating(told))


def _repeating(told: Sequence[Failure]) -> Iterator[Failure]:
    for position, failure in enumerate(told):
        yield failure
        if position and position % REPEATED == 0:
            yield failure
