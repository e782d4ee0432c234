"""A table of a real PostgreSQL, in a schema of its own that is gone afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.conformance.rows.row_source import Row, RowSource

COLUMNS = ("id", "title", "severity", "updated_at")
CREATE_TABLE = (
    "create table {table} (id text unique, title text, severity text, updated_at timestamptz not null)"
)
UPSERT_ROW = """
insert into {table} (id, title, severity, updated_at) values (%s, %s, %s, %s)
on conflict (id) do update
    set title = excluded.title, severity = excluded.severity, updated_at = excluded.updated_at
"""


@dataclass
class Table:
    """The rows of one table."""

    connection: psycopg.Connection[Any] = field(repr=False)
    name: sql.Identifier

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows, or replace those of the same id."""
        values = [[row[column] for column in COLUMNS] for row in rows]
        with self.connection.cursor() as cursor:
            cursor.executemany(sql.SQL(UPSERT_ROW).format(table=self.name), values)

    def write_broken(self) -> int:
        """Add two rows without an id."""
        statement = sql.SQL(
            "insert into {table} (title, updated_at) values ('without an id', now()), (null, now())"
        )
        self.connection.execute(statement.format(table=self.name))
        return 2


@contextmanager
def make_table(connector: Connector, url: str) -> Iterator[RowSource]:
    """A new table in the database at a URL."""
    schema = f"causeloop_kit_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        try:
            table = Table(connection, sql.Identifier(schema, "failure"))
            connection.execute(sql.SQL(CREATE_TABLE).format(table=table.name))
            yield _describe_source(connector, connection, table, schema)
        finally:
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))


def _describe_source(
    connector: Connector, connection: psycopg.Connection[Any], table: Table, schema: str
) -> RowSource:
    server = connection.info
    config = {
        "host": server.host,
        "port": server.port,
        "database": server.dbname,
        "user": server.user,
        "sslmode": "disable",
        "query": f"select {', '.join(COLUMNS)} from {schema}.failure",
    }
    egress = EgressPolicy(frozenset({(server.host, server.port)}))
    return RowSource(connector, table, config, {"password": server.password or "-"}, egress)
