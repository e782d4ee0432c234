"""Metrics of the API are for Prometheus alone, and say how long requests wait for the database."""

import asyncio
import contextlib

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from api.http.bounded_pool import POOL_SIZE, DatabaseBounds, DatabaseBusyError, open_landing_pool, open_pool
from api.http.pool_metrics import PoolMetrics
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.secrets.operator_tokens import (
    METRICS_TOKEN_FILE,
    read_metrics_token,
    read_or_create_token,
)
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation


def test_only_the_token_of_the_metrics_opens_them(client: Client, sample: Sample) -> None:
    token = read_metrics_token(settings())
    refused = [None, "", "wrong", token[:-1], sample.credentials["owner"], sample.credentials["owner token"]]

    answers = [client(credential).get("/metrics") for credential in refused]
    metrics = client(token).get("/metrics")

    assert {answer.status_code for answer in answers} == {401}
    assert "metrics.token in the state folder" in answers[0].json()["detail"]
    assert metrics.status_code == 200


def test_the_token_is_made_once_and_only_the_user_of_the_installation_may_read_it(
    client: Client, installation: Installation
) -> None:
    path = installation.state_dir / METRICS_TOKEN_FILE

    assert path.stat().st_mode & 0o777 == 0o600
    assert read_or_create_token(path) == read_or_create_token(path) == path.read_text()


def test_requests_are_counted_by_operation_and_status_and_no_label_names_a_tenant(
    client: Client, sample: Sample
) -> None:
    client(sample.credentials["viewer"]).get("/v1/me")

    metrics = client(read_metrics_token(settings())).get("/metrics").text

    assert 'causeloop_http_requests_total{method="GET",operation="read_me",status="200"}' in metrics
    assert 'causeloop_http_request_seconds_bucket{le="0.005",operation="read_me"}' in metrics
    assert 'causeloop_pool_connections{pool="requests",state="idle"}' in metrics
    assert "causeloop_pool_wait_seconds_count" in metrics
    assert str(sample.workspace_id) not in metrics


def test_waits_for_a_connection_and_requests_that_got_none_are_counted(installation: Installation) -> None:
    registry = CollectorRegistry()
    bounds = DatabaseBounds(wait_seconds=0.2)

    async def use_up() -> str:
        pool, landing = await open_pool(installation.api_url, bounds), open_landing_pool(installation.api_url)
        PoolMetrics(registry).watch(pool, landing)
        async with contextlib.AsyncExitStack() as held:
            pool.wait_seconds = 30
            for _ in range(POOL_SIZE):
                await held.enter_async_context(pool.acquire())
            pool.wait_seconds = bounds.wait_seconds
            with pytest.raises(DatabaseBusyError):
                await pool.fetchval("select 1")
            text = generate_latest(registry).decode()
        await pool.close()
        landing.close()
        return text

    metrics = asyncio.run(use_up())

    assert "causeloop_pool_refusals_total 1.0" in metrics
    assert f"causeloop_pool_wait_seconds_count {POOL_SIZE + 1:.1f}" in metrics
    assert f'causeloop_pool_connections{{pool="requests",state="used"}} {POOL_SIZE:.1f}' in metrics
    assert 'causeloop_pool_connections{pool="landing",state="used"} 0.0' in metrics
