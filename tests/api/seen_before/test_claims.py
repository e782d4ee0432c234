"""One claim of one failure, however many are made at once."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from api.http.bounded_pool import DatabaseBounds, open_landing_pool, open_pool
from api.http.database import WorkspaceDatabase
from api.recommendations.queries import queue_ticket
from api.seen_before.identities.queries import NewClaim, claim_failure, read_work
from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import Sample
from tests.conftest import Installation

CLAIMS = 1_000
IDENTITY = "cf_" + "0123456789ab" * 2


async def claim_at_once(installation: Installation, sample: Sample) -> list[tuple[UUID, bool]]:
    """Claims of one failure under two names, each with a ticket, all at once."""
    # A busy machine makes no test fail that sends many requests at once.
    bounds = DatabaseBounds(wait_seconds=60, lock_seconds=60, statement_seconds=60)
    pool = await open_pool(installation.api_url, bounds)
    landing = open_landing_pool(installation.api_url, bounds)

    async def claim(number: int) -> tuple[UUID, bool]:
        db = WorkspaceDatabase(pool, landing, sample.workspace_id)
        now = datetime.now(UTC)
        new = NewClaim(IDENTITY, "Payroll export hangs", None, None, None, None, f"user:{number}", now)
        async with places, db.writing():
            claimed = await claim_failure(db, new, [IDENTITY, f"cf_{number % 7:024x}"])
            await queue_ticket(db, claimed[0], sample.ids["tracker_id"], f"user:{number}")
        return claimed

    places = asyncio.Semaphore(16)
    try:
        return await asyncio.gather(*(claim(number) for number in range(CLAIMS)))
    finally:
        landing.close()
        await pool.close()


def test_a_thousand_claims_at_once_make_one_claim_and_one_ticket(
    installation: Installation, fresh_sample: Sample, database: Database
) -> None:
    claimed = asyncio.run(claim_at_once(installation, fresh_sample))

    assert len({claim_id for claim_id, _ in claimed}) == 1
    assert sum(is_new for _, is_new in claimed) == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        claims = session.rows("select claim_id from act.failure_claim where identity = %s", (IDENTITY,))
        tickets = session.rows(
            "select t.recommendation_id from act.ticket as t "
            "join act.failure_claim as c on c.claim_id = t.recommendation_id"
        )
        aliases = session.rows("select alias from act.failure_alias where claim_id = %s", (claimed[0][0],))
    assert len(claims) == len(tickets) == 1
    assert len(aliases) == 8


async def read_tickets(installation: Installation, sample: Sample) -> list[int]:
    """How many tickets are named with a pattern whose recommendation was pushed, and with another one."""
    pool = await open_pool(installation.api_url)
    landing = open_landing_pool(installation.api_url)
    try:
        db = WorkspaceDatabase(pool, landing, sample.workspace_id)
        async with db.writing():
            await queue_ticket(db, sample.ids["recommendation_id"], sample.ids["tracker_id"], "user:1")
        patterns = (sample.ids["pattern_id"], sample.ids["other_pattern_id"])
        return [len((await read_work(db, [IDENTITY], str(pattern)))["tickets"]) for pattern in patterns]
    finally:
        landing.close()
        await pool.close()


def test_the_ticket_of_a_recommendation_is_named_with_its_pattern_and_no_other(
    installation: Installation, fresh_sample: Sample
) -> None:
    assert asyncio.run(read_tickets(installation, fresh_sample)) == [1, 0]
