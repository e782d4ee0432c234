"""Dagster's storage keeps its connections, and outlives the loss of them."""

import psycopg
import pytest
from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage, PostgresScheduleStorage
from sqlalchemy import text

from causeloop_pipeline.orchestration.instance import pooled_storage
from causeloop_pipeline.orchestration.instance.pooled_storage import PooledPostgresStorage
from tests.conftest import Installation


def find_backends(storage: PooledPostgresStorage) -> set[int]:
    runs, events, schedules = storage.run_storage, storage.event_log_storage, storage.schedule_storage
    assert isinstance(runs, PostgresRunStorage)
    assert isinstance(events, PostgresEventLogStorage)
    assert isinstance(schedules, PostgresScheduleStorage)
    pids: set[int] = set()
    for connect in (runs.connect, events._connect, schedules.connect):
        with connect() as connection:
            pids.add(connection.execute(text("select pg_backend_pid()")).scalar_one())
    return pids


def test_one_statement_after_another_uses_the_same_connection(storage: PooledPostgresStorage) -> None:
    pids = find_backends(storage) | find_backends(storage)

    assert len(pids) == 1


def test_all_instances_of_a_process_share_its_connections(
    storage: PooledPostgresStorage, installation: Installation
) -> None:
    again = PooledPostgresStorage(storage.postgres_url)

    assert find_backends(again) == find_backends(storage)


def test_a_connection_that_the_server_has_closed_is_replaced(
    storage: PooledPostgresStorage, installation: Installation
) -> None:
    (former,) = find_backends(storage)
    with psycopg.connect(installation.superuser_url, autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", (former,))

    (current,) = find_backends(storage)

    assert current != former
    assert storage.run_storage.get_runs_count() >= 0


def test_a_connection_in_use_is_not_tested(
    storage: PooledPostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tested: list[object] = []
    monkeypatch.setattr(storage._run_storage._engine.dialect, "do_ping", tested.append)

    pids = [find_backends(storage) for _ in range(3)]

    assert (len(set.union(*pids)), tested) == (1, [])


def test_a_connection_that_was_long_idle_is_tested(
    storage: PooledPostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled_storage, "MAX_IDLE_SECONDS", 0.0)
    tested: list[object] = []
    engine = storage._run_storage._engine
    find_backends(storage)
    monkeypatch.setattr(engine.dialect, "do_ping", tested.append)

    find_backends(storage)

    assert len(tested) == 3
