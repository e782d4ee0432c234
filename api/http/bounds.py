"""How much one request may send, by its operation and its caller: the one place where these bounds stand.

They apply before a body is read: until somebody has signed in, to as much as a stranger may send.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request
from starlette.types import Scope

from causeloop_pipeline.landing.json_guard import MAX_BYTES

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

ATTRIBUTE = STATE = "body_bounds"


@dataclass(frozen=True)
class BodyBounds:
    """What a body may hold, and the seconds in which all of it arrives."""

    max_bytes: int
    max_values: int
    """Of JSON: names, texts, numbers, objects and lists together."""

    max_seconds: float = 30.0


STRANGER = BodyBounds(16_384, 300, 15.0)
"""Of operations without a caller, and of whoever has not proven yet to be one."""

CALLER = BodyBounds(65_536, 5_000)
"""Of operations that take no data."""

DIRECTORY = BodyBounds(262_144, 10_000)
"""A group of 2,000 members fits."""

DOCUMENT = BodyBounds(2_000_000, 50_000, 60.0)
"""A declaration, with an answer of its tool."""

RECORD = BodyBounds(MAX_BYTES, 10_000, 60.0)
"""One issue, event or change, whose texts may be long."""

RECORDS = BodyBounds(MAX_BYTES, 250_000, 60.0)
"""Many of them, and what tools deliver."""

UPLOAD = BodyBounds(20_000_000, 0, 120.0)
"""A file of any kind, of which a process makes rows."""

MAX_SMALL_BYTES = CALLER.max_bytes
"""Larger bodies wait for a place, and are parsed beside the event loop."""

MAX_NAMES = 2_000
"""Of one object: each unknown name is an error, and an answer waits for all of them."""

MAX_ERRORS = 20
"""Invalid and unknown fields that an answer names."""


def takes(bounds: BodyBounds) -> Callable[[Endpoint], Endpoint]:
    """Let an operation take larger bodies than others."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, ATTRIBUTE, bounds)
        return endpoint

    return declare


def find_bounds(endpoint: Callable[..., Any], *, has_caller: bool) -> BodyBounds:
    """The bounds of an operation."""
    bounds: BodyBounds = getattr(endpoint, ATTRIBUTE, CALLER if has_caller else STRANGER)
    return bounds


def set_bounds(request: Request, bounds: BodyBounds) -> None:
    """Bound the body of a request from now on."""
    setattr(request.state, STATE, bounds)


def read_bounds(scope: Scope) -> BodyBounds:
    """What the body of a request may hold at present."""
    bounds: BodyBounds = scope.get("state", {}).get(STATE, STRANGER)
    return bounds


def is_large(request: Request) -> bool:
    """Whether a body is announced that is larger than most, or that does not say how large it is."""
    length = request.headers.get("content-length")
    if length is None:
        return "transfer-encoding" in request.headers
    return int(length) > MAX_SMALL_BYTES
