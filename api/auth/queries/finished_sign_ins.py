"""Sign-ins at the identity provider that are finished, so that none is finished twice."""

from api.http.bounded_pool import BoundedPool

# Each also removes some that could no longer be finished, so that they leave nothing behind.
INSERT_FINISHED = """
with outdated as (
    delete from app.finished_sign_in
    where state_hash in (
        select state_hash from app.finished_sign_in
        where finished_at < now() - interval '1 hour'
        order by finished_at
        limit 20
        for update skip locked
    )
)
insert into app.finished_sign_in (state_hash) values ($1) on conflict do nothing
returning true
"""


async def finish_sign_in(pool: BoundedPool, state_hash: bytes) -> bool:
    """Use up what a sign-in was begun with; False if it was finished before."""
    return bool(await pool.fetchval(INSERT_FINISHED, state_hash))
