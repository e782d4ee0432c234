"""Without amcheck, an index is read beside its table: one that misses a row is found."""

import psycopg

from bench.chaos.index_checks import compare_with_tables
from tests.conftest import Installation

READY = "update pg_index set indisready = %s where indexrelid = 'chaos_check.by_name'::regclass"


def test_an_index_that_misses_a_row_is_found_and_sound_ones_are_not(installation: Installation) -> None:
    with psycopg.connect(installation.superuser_url, autocommit=True) as superuser:
        superuser.execute("create schema chaos_check")
        try:
            superuser.execute("create table chaos_check.thing (name text, at timestamptz default now())")
            superuser.execute("create index by_name on chaos_check.thing (lower(name)) where name <> ''")
            superuser.execute("insert into chaos_check.thing values ('a'), ('B'), ('')")
            sound = compare_with_tables(superuser)
            superuser.execute(READY, (False,))
            superuser.execute("insert into chaos_check.thing values ('c')")
            superuser.execute(READY, (True,))
            damaged = compare_with_tables(superuser)
        finally:
            superuser.execute("drop schema chaos_check cascade")

    assert sound == []
    assert damaged == ["chaos_check.by_name: its rows are not those of chaos_check.thing"]
