"""Candidates of a similar-issue search: all issues of a small workspace, otherwise related ones."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import polars as pl
import psycopg

from api.http.bounded_pool import open_landing_pool, open_pool
from api.http.database import WorkspaceDatabase
from api.issues.similar.queries import MAX_PER_SIDE, MAX_SMALL_WORKSPACE, read_candidates
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.support.single_occurrences import add_single_occurrences

START = datetime(2026, 1, 1, tzinfo=UTC)
TARGET, SIMILAR, UNRELATED = UUID(int=1), UUID(int=2), UUID(int=3)


def write_issues(database: Database, workspace_id: UUID, titles: list[tuple[UUID, str]]) -> None:
    moments = [START + timedelta(minutes=at) for at in range(len(titles))]
    rows = pl.DataFrame(
        {
            "workspace_id": str(workspace_id),
            "issue_id": [str(issue_id) for issue_id, _ in titles],
            "source": "tracker",
            "external_id": [str(issue_id) for issue_id, _ in titles],
            "title": [title for _, title in titles],
            "severity": "p3",
            "status": "open",
            "source_created_at": moments,
            "source_updated_at": moments,
            "ingested_at": moments,
        }
    )
    with database.workspace(workspace_id) as session:
        session.insert("core.issue", rows)
        add_single_occurrences(session)


async def find_candidates(installation: Installation, workspace_id: UUID, issue_id: UUID) -> set[str]:
    pool = await open_pool(installation.api_url)
    landing_pool = open_landing_pool(installation.api_url)
    try:
        candidates = await read_candidates(WorkspaceDatabase(pool, landing_pool, workspace_id), issue_id)
    finally:
        landing_pool.close()
        await pool.close()
    return {row["issue_id"] for row in candidates}


def test_in_a_large_workspace_an_old_issue_with_the_same_rare_words_is_a_candidate(
    installation: Installation, database: Database, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    others = [
        (uuid4(), f"The page of order {at} is slow") for at in range(MAX_SMALL_WORKSPACE + 2 * MAX_PER_SIDE)
    ]
    earlier = [(SIMILAR, "Franking machine jams, labels lost"), (UNRELATED, "Nothing of the kind"), *others]
    write_issues(
        database, workspace_id, [*earlier, (TARGET, "Labels lost when the franking machine is slow")]
    )
    owner.execute("analyze core.issue")
    candidate_ids = asyncio.run(find_candidates(installation, workspace_id, TARGET))
    assert {str(TARGET), str(SIMILAR)} <= candidate_ids
    assert str(UNRELATED) not in candidate_ids
    assert len(candidate_ids) <= 2 * MAX_PER_SIDE + 2


def test_in_a_small_workspace_every_issue_is_a_candidate(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    issues = [(uuid4(), "The page is slow"), (uuid4(), "It's \\ 'quoted' & odd: | ! ()")]
    write_issues(database, workspace_id, issues)
    for issue_id, _ in issues:
        candidate_ids = asyncio.run(find_candidates(installation, workspace_id, issue_id))
        assert candidate_ids == {str(each_id) for each_id, _ in issues}


def test_words_with_characters_of_the_query_language_are_ordinary_words(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    odd = "It's O'Brien's \\path\\to 'quoted' a:b & c | !d (e) <-> f"
    others = [
        (uuid4(), f"The page of order {at} is slow") for at in range(MAX_SMALL_WORKSPACE + 2 * MAX_PER_SIDE)
    ]
    first, last = uuid4(), uuid4()
    write_issues(database, workspace_id, [(first, odd), *others, (last, odd)])
    assert str(first) in asyncio.run(find_candidates(installation, workspace_id, last))
