"""Passwords: Argon2id, the same time for known and unknown addresses, and a pause after wrong ones."""

import hashlib
from functools import cache

import asyncpg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from starlette.concurrency import run_in_threadpool

from api.http.errors import Problem
from api.queries.tenancy import sessions

MOST_FAILURES = 5
PAUSE_SECONDS = 900

_hasher = PasswordHasher()


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password is right; an absent one costs as much time as a wrong one."""
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


async def check_password(
    pool: asyncpg.Pool, password_hash: str | None, password: str, email: str, address: str
) -> bool:
    """Whether a password is right, counted by account and address so that guessing becomes slow."""
    subject = hashlib.sha256(f"{email}|{address}".encode()).digest()
    if await sessions.recent_failures(pool, subject) >= MOST_FAILURES:
        raise Problem(
            429,
            "too_many_attempts",
            "too many wrong passwords: wait a quarter of an hour",
            headers={"Retry-After": str(PAUSE_SECONDS)},
        )
    if await run_in_threadpool(matches, password_hash, password):
        await sessions.forget_failures(pool, subject)
        return True
    await sessions.note_failure(pool, subject)
    return False


@cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
