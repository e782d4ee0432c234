"""Full-text search: by its index where the administrator allows it, else without; never across tenants."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.database.roles import (
    DATABASE,
    SEARCH,
    let_searches_use_their_index,
    searches_use_their_index,
)
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation, new_workspace

QUERY = "select issue_id from core.issue where words @@ websearch_to_tsquery('simple', 'needle 17')"
FILL = """
insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status,
                        source_created_at, source_updated_at, ingested_at)
select %(workspace_id)s, gen_random_uuid(), 'custom_api', n::text,
       'Request ' || n || ' to ' || md5((n %% 500)::text) || ' failed'
           || case when n %% 1000 = 0 then ' needle ' || n / 1000 else '' end,
       'p3', 'open', now(), now(), now()
from generate_series(1, 20000) as n
"""


@pytest.fixture(scope="module")
def workspace(installation: Installation) -> UUID:
    """A workspace with so many issues that an index is worth asking, after what autovacuum does in time."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspace_id = new_workspace(owner)
        with Database(installation.pipeline_url).workspace(workspace_id) as session:
            session.execute(FILL, {"workspace_id": workspace_id})
            session.execute("analyze core.issue")
        owner.execute("select gin_clean_pending_list('core.issues_by_words')")
    return workspace_id


def plan(installation: Installation, workspace_id: UUID) -> str:
    """How the API's role searches."""
    with psycopg.connect(installation.api_url) as connection:
        connection.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        return "\n".join(row[0] for row in connection.execute(f"explain {QUERY}").fetchall())


@pytest.fixture
def superuser(postgres: Server) -> Iterator[psycopg.Connection]:
    """The server's administrator, in the product's database."""
    with psycopg.connect(postgres.url(DATABASE), autocommit=True) as connection:
        yield connection


@pytest.fixture
def not_allowed(superuser: psycopg.Connection) -> Iterator[None]:
    """A server whose administrator has not declared the operator leakproof."""
    superuser.execute(f"alter function {SEARCH} not leakproof")
    yield
    assert let_searches_use_their_index(superuser)


def found(client: Client, sample: Sample, words: str) -> list[str]:
    answer = client(sample.credentials["viewer"]).get("/v1/issues", params={"q": words, "limit": 100}).json()
    assert answer["page"]["total"] == len(answer["data"])
    return sorted(row["external_id"] for row in answer["data"])


def test_under_row_level_security_a_search_asks_the_index_of_words(
    installation: Installation, workspace: UUID
) -> None:
    assert "issues_by_words" in plan(installation, workspace)


def test_a_search_finds_the_workspaces_own_issues_and_nobody_elses(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    assert len(found(client, sample, "connection pool")) == 12
    assert found(client, sample, f'checkout "after 7 s" {sample.canary}') == ["S-7"]
    assert found(client, sample, other_sample.canary) == []


def test_where_the_administrator_does_not_allow_it_the_same_is_found_without_the_index(
    client: Client,
    installation: Installation,
    workspace: UUID,
    sample: Sample,
    other_sample: Sample,
    not_allowed: None,
) -> None:
    assert "issues_by_words" not in plan(installation, workspace)
    assert len(found(client, sample, "connection pool")) == 12
    assert found(client, sample, other_sample.canary) == []


def test_a_role_that_may_not_declare_it_goes_on_without(
    installation: Installation, not_allowed: None
) -> None:
    for url in (installation.owner_url, installation.api_url):
        with psycopg.connect(url, autocommit=True) as connection:
            assert let_searches_use_their_index(connection) is False


def test_every_role_can_tell_whether_searches_use_their_index(installation: Installation) -> None:
    for url in (installation.owner_url, installation.api_url):
        with psycopg.connect(url) as connection:
            assert searches_use_their_index(connection)
