"""Attempts to sign in: counted in PostgreSQL before the password is checked, for all API processes."""

from api.http.bounded_pool import BoundedPool

# Concurrent attempts are serialized by the row's lock, so each sees the count of the one before. Every
# attempt also removes some expired rows, so that unknown addresses leave nothing behind.
CLAIM_ATTEMPT = """
with outdated as (
    delete from app.login_failure
    where subject_hash in (
        select subject_hash from app.login_failure
        where last_at < now() - interval '15 minutes' and subject_hash <> $1
        order by last_at
        limit 20
        for update skip locked
    )
)
insert into app.login_failure as f (subject_hash, failures, last_at) values ($1, 1, now())
on conflict (subject_hash) do update
    set failures = case when f.last_at > now() - interval '15 minutes' then f.failures + 1 else 1 end,
        last_at = now()
    where f.failures < $2 or f.last_at <= now() - interval '15 minutes'
returning true
"""

GIVE_BACK_ATTEMPT = """
update app.login_failure set failures = greatest(failures - 1, 0) where subject_hash = $1
"""


async def claim_attempt(pool: BoundedPool, subject_hash: bytes, limit: int) -> bool:
    """Count an attempt; False when so many failed within the last 15 minutes."""
    return bool(await pool.fetchval(CLAIM_ATTEMPT, subject_hash, limit))


async def give_back_attempt(pool: BoundedPool, subject_hash: bytes) -> None:
    """Do not count an attempt that succeeded."""
    await pool.execute(GIVE_BACK_ATTEMPT, subject_hash)


async def reset_attempts(pool: BoundedPool, subject_hash: bytes) -> None:
    """Reset the count after a successful sign-in."""
    await pool.execute("delete from app.login_failure where subject_hash = $1", subject_hash)
