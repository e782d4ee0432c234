"""In a large workspace the search for similar issues looks at those that share rare words, however old."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import polars as pl
import psycopg

from api.http.database import WorkspaceDatabase, open_landing, open_pool
from api.queries.detect.similar import NEAR, WHOLE, read_candidates
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation

START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED, RETOLD, UNLIKE = UUID(int=1), UUID(int=2), UUID(int=3)


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


async def candidates(installation: Installation, workspace_id: UUID, issue_id: UUID) -> set[str]:
    pool = await open_pool(installation.api_url)
    landing = open_landing(installation.api_url)
    try:
        found = await read_candidates(WorkspaceDatabase(pool, landing, workspace_id), issue_id)
    finally:
        landing.close()
        await pool.close()
    return {row["issue_id"] for row in found}


def test_a_retold_issue_is_found_by_its_rare_words_among_thousands(
    installation: Installation, database: Database, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    others = [(uuid4(), f"The page of order {at} is slow") for at in range(WHOLE + 2 * NEAR)]
    told = [(RETOLD, "Franking machine jams, labels lost"), (UNLIKE, "Nothing of the kind"), *others]
    write_issues(database, workspace_id, [*told, (ASKED, "Labels lost when the franking machine is slow")])
    owner.execute("analyze core.issue")
    found = asyncio.run(candidates(installation, workspace_id, ASKED))
    assert {str(ASKED), str(RETOLD)} <= found
    assert str(UNLIKE) not in found
    assert len(found) <= 2 * NEAR + 2


def test_a_small_workspace_is_looked_through_whole(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    told = [(uuid4(), "The page is slow"), (uuid4(), "It's \\ 'quoted' & odd: | ! ()")]
    write_issues(database, workspace_id, told)
    for issue_id, _ in told:
        found = asyncio.run(candidates(installation, workspace_id, issue_id))
        assert found == {str(one) for one, _ in told}


def test_words_with_marks_of_the_query_language_are_words_like_others(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    odd = "It's O'Brien's \\path\\to 'quoted' a:b & c | !d (e) <-> f"
    others = [(uuid4(), f"The page of order {at} is slow") for at in range(WHOLE + 2 * NEAR)]
    first, last = uuid4(), uuid4()
    write_issues(database, workspace_id, [(first, odd), *others, (last, odd)])
    assert str(first) in asyncio.run(candidates(installation, workspace_id, last))
