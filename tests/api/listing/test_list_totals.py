"""Totals of long lists are kept for seconds, and no longer than nothing has changed."""

import asyncio
from uuid import UUID

from api.http.bounded_pool import open_landing_pool, open_pool
from api.http.database import WorkspaceDatabase
from api.listing.totals import MAX_AGE_SECONDS, MAX_LISTS_PER_WORKSPACE, MIN_KEPT_TOTAL, ListTotals
from tests.conftest import Installation

FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_a_total_is_kept_for_seconds_and_for_one_workspace_and_list() -> None:
    moment = [100.0]
    totals = ListTotals(lambda: moment[0])
    totals.keep(FIRST, "issues", 5_000)

    assert totals.find(FIRST, "issues") == 5_000
    assert totals.find(FIRST, "patterns") is None
    assert totals.find(SECOND, "issues") is None
    moment[0] += MAX_AGE_SECONDS + 1
    assert totals.find(FIRST, "issues") is None


def test_the_total_of_a_short_list_is_always_counted() -> None:
    totals = ListTotals()
    totals.keep(FIRST, "issues", MIN_KEPT_TOTAL - 1)

    assert totals.find(FIRST, "issues") is None


def test_the_totals_that_are_kept_are_bounded() -> None:
    totals = ListTotals()
    for number in range(3 * MAX_LISTS_PER_WORKSPACE):
        totals.keep(FIRST, f"issues {number}", 5_000)

    assert len(totals.workspaces[FIRST]) == MAX_LISTS_PER_WORKSPACE
    assert totals.find(FIRST, f"issues {3 * MAX_LISTS_PER_WORKSPACE - 1}") == 5_000


def test_a_write_of_the_workspace_lets_its_totals_be_counted_again(
    installation: Installation, workspace_id: UUID
) -> None:
    async def write_both_ways() -> list[int | None]:
        pool, landing = await open_pool(installation.api_url), open_landing_pool(installation.api_url)
        totals = ListTotals()
        database = WorkspaceDatabase(pool, landing, workspace_id, totals)
        totals_after = []
        try:
            for is_in_thread in (False, True):
                totals.keep(workspace_id, "issues", 5_000)
                if is_in_thread:
                    await database.in_thread(lambda connection: connection.execute("select 1"))
                else:
                    async with database.writing():
                        pass
                totals_after.append(totals.find(workspace_id, "issues"))
        finally:
            landing.close()
            await pool.close()
        return totals_after

    assert asyncio.run(write_both_ways()) == [None, None]
