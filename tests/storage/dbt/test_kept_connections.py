"""dbt keeps a connection from node to node, clean, and opens another one only where it was lost."""

from collections.abc import Iterator
from multiprocessing import get_context
from types import SimpleNamespace
from typing import Any

import psycopg
import psycopg2
import pytest
from dbt.adapters.postgres.connections import PostgresCredentials
from dbt_common.helper_types import Port
from psycopg.conninfo import conninfo_to_dict

from causeloop_pipeline.storage.dbt.internals import KeptConnections


@pytest.fixture
def connections(installation: Any) -> Iterator[KeptConnections]:
    """The connections of an invocation."""
    parts = conninfo_to_dict(installation.pipeline_url)
    credentials = PostgresCredentials(
        host=str(parts["host"]),
        port=Port(int(str(parts["port"]))),
        database=str(parts["dbname"]),
        user=str(parts["user"]),
        password=str(parts["password"]),
        schema="staging",
    )
    manager = KeptConnections(SimpleNamespace(credentials=credentials, threads=1), get_context("spawn"))
    yield manager
    manager.cleanup_all()


def run_node(connections: KeptConnections, name: str, statement: str = "select 1") -> tuple[int, Any]:
    """The server process that a node's statement ran in, and its result."""
    connection = connections.set_connection_name(name)
    cursor = connection.handle.cursor()
    cursor.execute(statement)
    return connection.handle.get_backend_pid(), cursor.fetchone()[0]


def test_the_nodes_of_a_thread_share_a_connection(connections: KeptConnections) -> None:
    first, _ = run_node(connections, "model")
    connections.release()
    second, _ = run_node(connections, "check")

    assert first == second


def test_a_node_sees_nothing_of_a_transaction_that_the_one_before_left_open(
    connections: KeptConnections,
) -> None:
    set_name = "select set_config('application_name', 'left', true)"
    connections.set_connection_name("model").transaction_open = True
    run_node(connections, "model", set_name)
    connections.release()

    _, name = run_node(connections, "check", "select current_setting('application_name')")
    assert name != "left"


def test_a_lost_connection_is_opened_again(connections: KeptConnections, installation: Any) -> None:
    first, _ = run_node(connections, "model")
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute("select pg_terminate_backend(%s, 5000)", (first,))
    with pytest.raises(psycopg2.OperationalError):
        run_node(connections, "model")
    connections.release()

    second, result = run_node(connections, "check")
    assert (second != first, result) == (True, 1)


def test_the_end_of_an_invocation_closes_them(connections: KeptConnections) -> None:
    run_node(connections, "model")
    handle = connections.get_thread_connection().handle
    connections.release()
    assert not handle.closed

    connections.cleanup_all()
    assert handle.closed
