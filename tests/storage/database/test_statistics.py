"""Statistics are brought up to date although somebody else looks at the table just now."""

from collections.abc import Iterator
from threading import Timer
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from tests.conftest import Installation


@pytest.fixture
def grown(installation: Installation) -> Iterator[str]:
    """A table that has grown since it was analyzed."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        owner.execute(
            "create table raw.grown as select n, repeat('x', 900) as text from generate_series(1, 200) as n"
        )
        owner.execute("grant all on raw.grown to causeloop_pipeline")
        yield "raw.grown"
        owner.execute("drop table raw.grown")


@pytest.fixture
def holder(installation: Installation) -> Iterator[psycopg.Connection]:
    """Another session in a transaction of its own."""
    with psycopg.connect(installation.owner_url) as connection:
        yield connection


def test_a_table_that_is_held_for_a_moment_is_waited_for(
    database: Database, workspace_id: UUID, grown: str, holder: psycopg.Connection
) -> None:
    holder.execute(f"lock table {grown} in share update exclusive mode")
    release = Timer(0.5, holder.rollback)
    release.start()

    with database.workspace(workspace_id) as session:
        analyzed = analyze_grown_tables(session)
        again = analyze_grown_tables(session)
    release.join()

    assert grown in analyzed
    assert grown not in again


def test_a_table_that_is_held_for_long_is_left_out_and_the_transaction_goes_on(
    database: Database, workspace_id: UUID, grown: str, holder: psycopg.Connection
) -> None:
    holder.execute(f"lock table {grown} in share update exclusive mode")

    with database.workspace(workspace_id) as session:
        before = session.row("show lock_timeout")
        analyzed = analyze_grown_tables(session)
        after = session.row("show lock_timeout")
    holder.rollback()

    assert grown not in analyzed
    assert before == after
