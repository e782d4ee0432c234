"""Behind PgBouncer, which lends a connection for one transaction, nothing of a tenant stays in a session."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import polars as pl
import psycopg
import pytest

from api.http.bounded_pool import DEFAULT_BOUNDS, DatabaseBounds
from api.main import create_app
from causeloop_pipeline.settings import Settings, settings
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import serving
from tests.api.sample import Sample
from tests.deploy.conftest import Pooler

ROUNDS = 12
ISSUES = pl.Schema({"workspace_id": pl.String(), "title": pl.String()})
SELECT_ISSUES = "select workspace_id::text, title from core.issue"
EVENT = {"title": "sent through the pooler", "source": "custom_api"}


def test_sessions_on_shared_connections_see_only_their_own_tenant(
    pooler: Pooler, tenants: list[Sample]
) -> None:
    def read_alternately(database: Database, own: UUID) -> set[str]:
        seen: set[str] = set()
        with database.keep_connection() as one_connection:
            for _ in range(ROUNDS):  # often enough that the statement is prepared
                with one_connection.workspace(own) as session:
                    seen |= set(session.read(SELECT_ISSUES, schema=ISSUES)["workspace_id"])
                    seen |= {row["workspace_id"] for row in session.rows(SELECT_ISSUES)}
        return seen

    database, own = Database(pooler.pipeline_url), [tenant.workspace_id for tenant in tenants]
    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(lambda workspace_id: read_alternately(database, workspace_id), own * 2))

    assert seen == [{str(workspace_id)} for workspace_id in own] * 2


def test_no_transaction_sees_a_setting_of_the_one_before(pooler: Pooler, tenants: list[Sample]) -> None:
    with Database(pooler.pipeline_url).workspace(tenants[0].workspace_id) as session:
        assert session.rows(SELECT_ISSUES)
    with psycopg.connect(pooler.pipeline_url, autocommit=True) as next_borrower:
        for _ in range(ROUNDS):
            scope = next_borrower.execute("select current_setting('causeloop.scope', true)").fetchall()

            assert scope in ([(None,)], [("",)])
            assert next_borrower.execute(SELECT_ISSUES).fetchall() == []


def test_the_api_behind_a_pooler_answers_and_stores_for_each_tenant_alone(
    pooler: Pooler, tenants: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSELOOP_API_DATABASE_URL", pooler.api_url)
    settings.cache_clear()
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=60, lock_seconds=60, statement_seconds=60)

    def call(address: str, tenant: Sample) -> httpx2.Client:
        headers = {"authorization": f"Bearer {tenant.credentials['owner']}"}
        return httpx2.Client(base_url=address, headers=headers, timeout=60)

    def read(address: str, tenant: Sample) -> list[httpx2.Response]:
        paths = ("/v1/issues", "/v1/patterns", "/v1/recommendations", "/v1/members")
        with call(address, tenant) as client:
            return [client.get(path) for _ in range(ROUNDS // 2) for path in paths]

    with serving(app) as address, ThreadPoolExecutor(4) as threads:
        for tenant in tenants:  # one after another: a write holds a connection and lands by a second one
            with call(address, tenant) as client:
                event = {**EVENT, "external_id": tenant.canary}
                assert client.post("/v1/ingest/events", json=event).status_code == 202
        answers = list(threads.map(lambda tenant: read(address, tenant), tenants * 2))
    monkeypatch.undo()
    settings.cache_clear()

    assert {answer.status_code for each in answers for answer in each} == {200}
    for tenant, each in zip(tenants * 2, answers, strict=True):
        texts = "".join(answer.text for answer in each)
        assert tenant.canary in texts
        assert not [other for other in tenants if other is not tenant and other.canary in texts]


def test_the_bounds_of_a_request_hold_behind_the_pooler(pooler: Pooler) -> None:
    bounds = DEFAULT_BOUNDS.server_settings
    with psycopg.connect(pooler.api_url, autocommit=True) as connection:
        query = "select name, setting from pg_settings where name = any (%s)"
        in_force: dict[str, str] = dict(connection.execute(query, (list(bounds),)).fetchall())

    assert in_force == bounds


def test_dbt_has_an_address_of_its_own_because_its_lock_belongs_to_a_session(
    pooler: Pooler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUSELOOP_PIPELINE_DATABASE_URL", pooler.pipeline_url)
    assert Settings().require_dbt_url() == pooler.pipeline_url

    monkeypatch.setenv("CAUSELOOP_DBT_DATABASE_URL", "postgresql://past.the.pooler/causeloop")
    assert Settings().require_dbt_url() == "postgresql://past.the.pooler/causeloop"
    assert Settings().require("pipeline_database_url") == pooler.pipeline_url
