"""Full-text search uses its index where the administrator allows it, and never crosses tenants."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.database.roles import (
    DATABASE,
    SEARCH_OPERATOR,
    enable_search_index,
    is_search_index_enabled,
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
    """A workspace with enough issues for an index scan, vacuumed and analyzed."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspace_id = new_workspace(owner)
        with Database(installation.pipeline_url).workspace(workspace_id) as session:
            session.execute(FILL, {"workspace_id": workspace_id})
            session.execute("analyze core.issue")
        owner.execute("select gin_clean_pending_list('core.issues_by_words')")
    return workspace_id


def explain_search(installation: Installation, workspace_id: UUID) -> str:
    """The query plan of a search by the API's role."""
    with psycopg.connect(installation.api_url) as connection:
        connection.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        return "\n".join(row[0] for row in connection.execute(f"explain {QUERY}").fetchall())


@pytest.fixture
def superuser(postgres: Server) -> Iterator[psycopg.Connection]:
    """A connection of the server's administrator to the product's database."""
    with psycopg.connect(postgres.url(DATABASE), autocommit=True) as connection:
        yield connection


@pytest.fixture
def leakproof_revoked(superuser: psycopg.Connection) -> Iterator[None]:
    """A server whose administrator has not declared the operator leakproof."""
    superuser.execute(f"alter function {SEARCH_OPERATOR} not leakproof")
    yield
    assert enable_search_index(superuser)


def search(client: Client, sample: Sample, words: str) -> list[str]:
    result = client(sample.credentials["viewer"]).get("/v1/issues", params={"q": words, "limit": 100}).json()
    assert result["page"]["total"] == len(result["data"])
    return sorted(row["external_id"] for row in result["data"])


def test_under_row_level_security_a_search_uses_the_index(
    installation: Installation, workspace: UUID
) -> None:
    assert "issues_by_words" in explain_search(installation, workspace)


def test_a_search_finds_only_issues_of_the_own_workspace(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    assert len(search(client, sample, "connection pool")) == 12
    assert search(client, sample, f'checkout "after 7 s" {sample.canary}') == ["S-7"]
    assert search(client, sample, other_sample.canary) == []


def test_without_the_leakproof_operator_a_search_finds_the_same_without_the_index(
    client: Client,
    installation: Installation,
    workspace: UUID,
    sample: Sample,
    other_sample: Sample,
    leakproof_revoked: None,
) -> None:
    assert "issues_by_words" not in explain_search(installation, workspace)
    assert len(search(client, sample, "connection pool")) == 12
    assert search(client, sample, other_sample.canary) == []


def test_a_role_that_may_not_alter_the_operator_goes_on_without_the_index(
    installation: Installation, leakproof_revoked: None
) -> None:
    for url in (installation.owner_url, installation.api_url):
        with psycopg.connect(url, autocommit=True) as connection:
            assert enable_search_index(connection) is False


def test_every_role_can_check_whether_searches_use_the_index(installation: Installation) -> None:
    for url in (installation.owner_url, installation.api_url):
        with psycopg.connect(url) as connection:
            assert is_search_index_enabled(connection)
