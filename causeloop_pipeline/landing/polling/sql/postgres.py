"""Reads PostgreSQL by a cursor of the server's, which measures each row before it is sent."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.isolated.child import TOO_LARGE
from causeloop_pipeline.landing.polling.sql.values import MAX_ROW_BYTES, PAGE_BYTES, Job, Row
from causeloop_pipeline.landing.polling.sql.windows import MeasuredRow, Window

FIRST_FETCH_ROWS, MAX_FETCH_ROWS = 20, 500
SMALL_ROW_BYTES = 10_000
ROW, BYTES, CURSOR = "causeloop: row", "causeloop: bytes", "causeloop: cursor"
BEGINNING = "causeloop: beginning"
"""No column of a query has these names."""


class PostgresReading:
    """One connection, in a transaction that may only read."""

    def __init__(self, job: Job, connection: psycopg.Connection[Row]) -> None:
        self._job, self._connection = job, connection

    def list_columns(self, statement: str) -> list[str] | None:
        """The columns of a statement that gives no rows; None where its table is not there."""
        try:
            described = self._connection.execute(statement.encode()).description or []
        except psycopg.errors.UndefinedTable:
            self._connection.rollback()
            return None
        return [column.name for column in described]

    def read(self, query: str, window: Window) -> Iterator[list[MeasuredRow]]:
        """The rows of a query in its window, a page at a time."""
        rows: list[Row] = []
        size, fetch_rows, page_rows = 0, FIRST_FETCH_ROWS, self._job["page_rows"]
        with self._connection.cursor(name="causeloop") as reader:
            reader.execute(build_statement(query, window))
            while fetched := reader.fetchmany(min(fetch_rows, page_rows - len(rows))):
                rows += fetched
                sizes = [row[BYTES] for row in fetched]
                size += sum(byte_count for byte_count in sizes if byte_count <= MAX_ROW_BYTES)
                is_small = max(sizes) <= SMALL_ROW_BYTES
                fetch_rows = min(2 * fetch_rows, MAX_FETCH_ROWS) if is_small else FIRST_FETCH_ROWS
                if len(rows) >= page_rows or size >= PAGE_BYTES:
                    yield [_take_apart(row) for row in rows]
                    rows, size = [], 0
            if rows:
                yield [_take_apart(row) for row in rows]


@contextmanager
def open_postgres(job: Job) -> Iterator[PostgresReading]:
    """A reading; OutsideFailure with the reason for whatever the server refuses."""
    try:
        with _connect(job) as connection:
            connection.read_only = True
            yield PostgresReading(job, connection)
    except psycopg.Error as error:
        raise _describe_failure(job, error) from None


def _connect(job: Job) -> psycopg.Connection[Row]:
    """Connects to the addresses that were checked; the host name is still needed for the certificate."""
    seconds = job["statement_seconds"]
    return psycopg.connect(
        **job["connection"],
        connect_timeout=10,
        application_name="causeloop",
        options=(
            f"-c default_transaction_read_only=on -c statement_timeout={seconds}s "
            "-c lock_timeout=5s -c idle_in_transaction_session_timeout=300s -c timezone=UTC"
        ),
        row_factory=dict_row,
    )


def _take_apart(row: Row) -> MeasuredRow:
    size, moment, beginning = row.pop(BYTES), row.pop(CURSOR), row.pop(BEGINNING)
    return MeasuredRow(row, moment, size, beginning)


def build_statement(query: str, window: Window) -> sql.Composed:
    """Rows at the last cursor value come again and are recognized by their content.

    The values of a row that is too large stay on the server.
    """
    name = sql.Identifier(window.cursor_column)
    order: list[sql.Composable] = [name]
    outer_order: list[sql.Composable] = [sql.SQL("measured.{}").format(sql.Identifier(CURSOR))]
    condition: sql.Composable = sql.SQL("{} is not null").format(name)
    if window.start is not None:
        condition = sql.SQL("{} >= {}").format(name, sql.Literal(window.start["value"]))
    if window.key_column is not None:
        key = sql.Identifier(window.key_column)
        order.append(key)
        outer_order.append(sql.SQL("(measured.{}).{}").format(sql.Identifier(ROW), key))
        if window.start is not None and "key" in window.start:
            values = map(sql.Literal, (window.start["value"], window.start["key"]))
            condition = sql.SQL("({}, {}) > ({}, {})").format(name, key, *values)
    return sql.SQL(
        "select content.*, {bytes},\n"
        "    case when {bytes} > {max_bytes} then left({row}::text, 200) end as {beginning},\n"
        "    case when octet_length({reached}::text) <= 1000 then {reached} end as {reached}\n"
        "from (\n"
        "    select {row}, octet_length({row}::text) as {bytes}, {name} as {reached} from (\n{query}\n"
        ") as {row} where {condition} order by {order} limit {max_rows}\n"
        ") as measured\n"
        "left join lateral (select ({row}).*) as content on {bytes} <= {max_bytes}\n"
        "order by {outer_order}"
    ).format(
        bytes=sql.Identifier(BYTES),
        beginning=sql.Identifier(BEGINNING),
        reached=sql.Identifier(CURSOR),
        row=sql.Identifier(ROW),
        name=name,
        order=sql.SQL(", ").join(order),
        outer_order=sql.SQL(", ").join(outer_order),
        query=sql.SQL(query),
        condition=condition,
        max_rows=sql.Literal(window.max_rows),
        max_bytes=sql.Literal(MAX_ROW_BYTES),
    )


def _describe_failure(job: Job, error: psycopg.Error) -> OutsideFailure:
    where = name_receiver(job)
    message = (error.diag.message_primary or str(error) or type(error).__name__).strip()[:300]
    if isinstance(error, psycopg.errors.QueryCanceled):
        seconds = job["statement_seconds"]
        return PermanentFailure(f"{where}: the query took longer than {seconds} s; make it faster")
    if "memory" in str(error):
        return TransientFailure(f"{where}: {TOO_LARGE}")
    if isinstance(error, psycopg.OperationalError) and not isinstance(
        error, psycopg.errors.InvalidAuthorizationSpecification | psycopg.errors.InvalidCatalogName
    ):
        return _describe_connection_failure(where, error)
    return PermanentFailure(f"{where}: {message}; fix the query or the role's rights")


def _describe_connection_failure(where: str, error: psycopg.OperationalError) -> OutsideFailure:
    """The server's own message on a refused login; a failed connection has no diagnosis."""
    text = " ".join(str(error).split())
    for sign in ("authentication failed", "does not exist", "certificate", "SSL", "no pg_hba.conf entry"):
        if sign in text:
            return PermanentFailure(f"{where}: {text[-200:]}")
    return TransientFailure(f"{where}: {text[-200:] or 'no connection'}")


def name_receiver(job: Mapping[str, Any]) -> str:
    """The tool and the server, as a message names them."""
    connection = job["connection"]
    host = connection["host"].partition(",")[0]
    return f"{job['title']} at {host}:{connection['port']}/{connection['dbname']}"
