"""Which stored issues a failure is compared with in a workspace that is too large to be read whole."""

import asyncio
from uuid import UUID, uuid4

import orjson
import pytest

from api.http.bounded_pool import open_landing_pool, open_pool
from api.http.database import WorkspaceDatabase
from api.seen_before.queries.candidates import (
    FIRST_NOT_SAMPLED,
    MAX_ISSUES_PER_RARE_WORD,
    MAX_SAMPLED_PER_RARE_WORD,
    read_candidates,
)
from causeloop_pipeline.storage.database.migrate import SCHEMA
from causeloop_pipeline.storage.database.session import Database
from tests.api.issues.test_similar_issues import write_issues
from tests.conftest import Installation

SIMILAR = UUID(int=2**127)


def sample_id(number: int) -> UUID:
    """An id among those of which the sample is."""
    return UUID(int=number + 1)


async def find_candidates(installation: Installation, workspace_id: UUID, text: str) -> set[str]:
    pool = await open_pool(installation.api_url)
    landing = open_landing_pool(installation.api_url)
    try:
        db = WorkspaceDatabase(pool, landing, workspace_id)
        candidates = await read_candidates(db, text, [], None)
    finally:
        landing.close()
        await pool.close()
    return {issue["issue_id"] for issue in orjson.loads(candidates)["issues"]}


def test_rare_words_find_an_issue_and_words_of_many_issues_find_none(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    common = [(uuid4(), f"Payment {at} was declined") for at in range(MAX_ISSUES_PER_RARE_WORD + 100)]
    sampled = [(sample_id(at), f"Voucher {at}") for at in range(MAX_SAMPLED_PER_RARE_WORD + 1)]
    write_issues(database, workspace_id, [(SIMILAR, "Payment by zeppelin"), *common, *sampled])

    candidates = asyncio.run(
        find_candidates(installation, workspace_id, "Payment declined, zeppelin, voucher")
    )
    assert candidates == {str(SIMILAR)}


@pytest.mark.parametrize(("file", "column"), [("core.sql", "issue_id"), ("detect.sql", "pattern_id")])
def test_the_index_of_a_sample_holds_what_is_counted(file: str, column: str) -> None:
    schema = (SCHEMA / file).read_text()
    assert f"using gin (words) with (fastupdate = off)\n    where {column} < '{FIRST_NOT_SAMPLED}'" in schema
