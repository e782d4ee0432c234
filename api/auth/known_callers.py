"""Whom a credential belonged to a moment ago, so that a read proves them instead of asking first.

An entry says what to expect, never that it is so: the read's own statement has to read the same
(`api/http/reading/proof.py`), and whatever differs is authenticated from the start.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import jwt
import orjson
from fastapi import Request

from api.access.caller import Caller
from api.access.keys import derive_keys
from api.http.reading.proof import CallerReads, Expectation

MAX_KNOWN = 10_000
EXPIRIES = ("expires_at", "former_expires_at")


@dataclass(frozen=True)
class KnownCaller:
    """A caller, what authentication read of them, and until when the credential may be presented."""

    caller: Caller
    expectation: Expectation
    expires_at: float
    token_keys: tuple[bytes, ...] | None
    """The keys by which the credential was verified; None: it is verified by what is stored."""


@dataclass
class KnownCallers:
    """The callers that were authenticated last, by a digest of what they presented."""

    callers: OrderedDict[bytes, KnownCaller] = field(default_factory=OrderedDict)

    def find(self, request: Request) -> KnownCaller | None:
        """Whom the request's credential belonged to; None: nobody knows."""
        digest = compute_digest(request)
        caller = None if digest is None else self.callers.get(digest)
        if caller is None or caller.expires_at <= time.time():
            return None
        if caller.token_keys is not None and caller.token_keys != derive_keys("access token"):
            return None
        return caller

    def remember(self, request: Request, caller: Caller, reads: CallerReads) -> None:
        """Keep a caller who has just been authenticated by these reads."""
        digest = compute_digest(request)
        if digest is None or not reads.is_complete:
            return
        token_expiry = _read_token_expiry(request)
        expiries = [*_list_expiries(reads), *([token_expiry] if token_expiry else [])]
        now = time.time()
        self.callers[digest] = KnownCaller(
            caller,
            Expectation.of(reads.reads),
            min((each for each in expiries if each > now), default=float("inf")),
            derive_keys("access token") if token_expiry else None,
        )
        self.callers.move_to_end(digest)
        if len(self.callers) > MAX_KNOWN:
            self.callers.popitem(last=False)

    def delete(self, request: Request) -> None:
        """Drop what did not prove true."""
        self.callers.pop(compute_digest(request) or b"", None)


def compute_digest(request: Request) -> bytes | None:
    """A digest of the one credential of a request; None where it has none, or several."""
    presented, host = [], b""
    for name, value in request.scope["headers"]:
        if name in {b"authorization", b"cookie"}:
            presented.append((name, value))
        elif name == b"host":
            host = value  # names the cookie, where several installations share an address
    tokens = [value for name, value in presented if name == b"authorization"]
    if len(tokens) == 1:
        return hashlib.sha256(b"token " + tokens[0]).digest()
    if tokens or len(presented) != 1:
        return None
    return hashlib.sha256(b"cookie " + host + b" " + presented[0][1]).digest()


def _list_expiries(reads: CallerReads) -> Iterator[float]:
    for read in reads.reads:
        row = orjson.loads(read.text or "{}")
        yield from (datetime.fromisoformat(row[name]).timestamp() for name in EXPIRIES if row.get(name))


def _read_token_expiry(request: Request) -> float | None:
    """When a token ends, whose signature has just been verified; None: it is a key or a cookie."""
    credential = request.headers.get("authorization", "").partition(" ")[2].strip()
    if credential.count(".") != 2:
        return None
    return float(jwt.decode(credential, options={"verify_signature": False})["exp"])
