"""Passwords: Argon2id hashes, equal time for known and unknown addresses, and a lock-out after failures.

An attempt is counted before its hash is computed and given back when the password was right, so that guesses
in parallel cannot get past the limit. Only a few hashes are computed at once: each takes 64 MiB and a CPU
core.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.concurrency import run_in_threadpool

from api.auth.queries import sign_in_attempts
from api.http.bounded_pool import BoundedPool
from api.http.client_network import find_network
from api.http.errors import Problem, broken_rule

MAX_ATTEMPTS_PER_ACCOUNT = 5
"""For one account from one address."""

MAX_ATTEMPTS_PER_ADDRESS = 100
LOCK_OUT_SECONDS = 900
MAX_HASHES_AT_ONCE = 2
MAX_WAITING = 20
MIN_LENGTH = 12

_hasher = PasswordHasher()


def check_strength(password: str, email: str, pointer: str = "/password") -> None:
    """422 where a new password is too short, or the person's address."""
    if len(password) < MIN_LENGTH or password.lower() == email:
        raise broken_rule(
            "password_too_weak", f"use at least {MIN_LENGTH} characters, and not your address", pointer
        )


def find_match(password_hashes: Sequence[str], password: str) -> str | None:
    """The hash of a password among those given; where there is none, that takes as long as a wrong one."""
    for password_hash in password_hashes or [_dummy_hash()]:
        try:
            _hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            continue
        return password_hash if password_hashes else None
    return None


@dataclass
class PasswordChecks:
    """Checks passwords, few at a time."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_HASHES_AT_ONCE))
    waiting: int = 0

    async def check(
        self, pool: BoundedPool, password_hashes: Sequence[str], password: str, email: str, address: str
    ) -> str | None:
        """The hash that a password matches; 429 after too many failures, or when too many sign in at once."""
        if self.waiting >= MAX_WAITING:
            raise _refuse("busy", "too many people are signing in: try again in a few seconds", 3)
        network = find_network(address)
        account, anybody = _hash(f"{email}|{network}"), _hash(network)
        await _claim_attempt(pool, account, MAX_ATTEMPTS_PER_ACCOUNT)
        await _claim_attempt(pool, anybody, MAX_ATTEMPTS_PER_ADDRESS)
        self.waiting += 1
        try:
            async with self.places:
                matching = await run_in_threadpool(find_match, password_hashes, password)
        finally:
            self.waiting -= 1
        if matching is not None:
            await sign_in_attempts.reset_attempts(pool, account)
            await sign_in_attempts.give_back_attempt(pool, anybody)
        return matching

    async def hash_new(self, password: str) -> str:
        """The hash of a new password; 429 when too many are computed at once."""
        if self.waiting >= MAX_WAITING:
            raise _refuse("busy", "too many people are signing in: try again in a few seconds", 3)
        self.waiting += 1
        try:
            async with self.places:
                return await run_in_threadpool(_hasher.hash, password)
        finally:
            self.waiting -= 1


async def _claim_attempt(pool: BoundedPool, subject_hash: bytes, limit: int) -> None:
    if not await sign_in_attempts.claim_attempt(pool, subject_hash, limit):
        raise _refuse(
            "too_many_attempts", "too many failed sign-ins: wait 15 minutes and try again", LOCK_OUT_SECONDS
        )


def _refuse(code: str, detail: str, wait_seconds: int) -> Problem:
    return Problem(429, code, detail, headers={"Retry-After": str(wait_seconds)})


def _hash(subject: str) -> bytes:
    return hashlib.sha256(subject.encode()).digest()


@cache
def _dummy_hash() -> str:
    return _hasher.hash("nobody has this password")
