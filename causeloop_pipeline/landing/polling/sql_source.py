"""Reads a user's own query on their own database: one SELECT, in order of a cursor column, page by page.

The query is checked before it runs and wrapped as a subquery; the transaction is read-only whatever the role
may do, and statement and lock timeouts end what takes too long.
"""

import base64
import math
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.page import Page, page_of
from causeloop_pipeline.landing.polling.select_guard import check_select
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import NORMALIZED, Quarantined, RawRecord

PAGE_ROWS = 500
MAX_ROWS = 50_000
STATEMENT_SECONDS = 60
OVERLAP = timedelta(minutes=5)
CURSOR_KEY = "rows"

Row = dict[str, Any]


@dataclass(frozen=True)
class QuerySync:
    """One sync of one query."""

    connector: Connector
    config: Mapping[str, Any] = field(repr=False)
    now: datetime
    backfill_from: datetime

    @property
    def cursor_column(self) -> str:
        """The column that grows with every change."""
        return str(self.config["cursor_column"])

    def schema(self, row: Row) -> RecordSchema:
        """How to read a row; a cursor column that only counts does not tell when the row changed."""
        changed_at = self.cursor_column if isinstance(row[self.cursor_column], date) else "updated_at"
        key = str(self.config["key_column"])
        return RecordSchema(key=key, updated_at=(changed_at,), kind=NORMALIZED, normalize=True)


def read_rows(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> Iterator[Page]:
    """Pages of rows from the last cursor value on, at most MAX_ROWS in one sync."""
    config = sync.config
    query = check_select(str(config["query"]))
    query_sync = QuerySync(connector, config, sync.now, sync.backfill_from)
    try:
        with _connect(config, sync.credentials, egress) as connection:
            yield from _pages(query_sync, connection, query, _start_value(sync.cursor))
    except psycopg.Error as error:
        raise _failure_of(connector, config, error) from None


def _connect(
    config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> psycopg.Connection[Row]:
    """Connects to the addresses that were checked; the host name is still needed for the certificate."""
    host, port = str(config["host"]), int(config["port"])
    addresses = egress.addresses(host, port)
    verifies = str(config["sslmode"]).startswith("verify")
    return psycopg.connect(
        host=",".join([host] * len(addresses)),
        hostaddr=",".join(addresses),
        port=port,
        dbname=config["database"],
        user=config["user"],
        password=credentials["password"],
        sslmode=config["sslmode"],
        sslrootcert=(ssl.get_default_verify_paths().cafile or "system") if verifies else None,
        connect_timeout=10,
        application_name="causeloop",
        options=(
            f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s "
            "-c lock_timeout=5s -c idle_in_transaction_session_timeout=300s -c timezone=UTC"
        ),
        row_factory=dict_row,
    )


def _pages(
    sync: QuerySync, connection: psycopg.Connection[Row], query: str, start_value: str | None
) -> Iterator[Page]:
    column = sync.cursor_column
    reached: dict[str, str] = {}
    connection.read_only = True
    with connection.cursor(name="causeloop") as reader:
        reader.execute(_build_statement(query, column, start_value))
        for _ in range(MAX_ROWS // PAGE_ROWS):
            rows = reader.fetchmany(PAGE_ROWS)
            if not rows:
                return
            reached = _cursor_of(rows[-1][column], sync.now)
            yield page_of(_extract_rows(sync, rows), {CURSOR_KEY: reached})
    if start_value is not None and _start_value({CURSOR_KEY: reached}) == start_value:
        raise PermanentFailure(
            f"{sync.connector.title}: more than {MAX_ROWS:,} rows share one value of {column!r}; "
            "choose a cursor column that grows with every change"
        )


def _extract_rows(sync: QuerySync, rows: list[Row]) -> Iterator[RawRecord | Quarantined | None]:
    for row in rows:
        if _time_of(row[sync.cursor_column], sync.now) >= sync.backfill_from:
            record = {name: _to_json(value) for name, value in row.items()}
            yield extract(sync.connector.name, sync.schema(row), record, channel="poll", config=sync.config)


def _build_statement(query: str, column: str, start_value: str | None) -> sql.Composed:
    """Rows at the last cursor value come again and are recognized by their content."""
    name = sql.Identifier(column)
    condition: sql.Composable = sql.SQL("is not null")
    if start_value is not None:
        condition = sql.SQL(">= {}").format(sql.Literal(start_value))
    return sql.SQL("select * from (\n{}\n) as source where {} {} order by {} limit {}").format(
        sql.SQL(query),
        name,
        condition,
        name,
        sql.Literal(MAX_ROWS),
    )


def _cursor_of(value: Any, now: datetime) -> dict[str, str]:
    """The cursor at a value; a row dated in the future does not move it past the present."""
    if isinstance(value, datetime):
        return {"instant": min(_time_of(value, now), now).isoformat()}
    return {"value": value.isoformat() if isinstance(value, date) else str(value)}


def _start_value(cursor: Mapping[str, Any] | None) -> str | None:
    """Where to start: a little before the last time, for transactions that committed late."""
    reached = (cursor or {}).get(CURSOR_KEY)
    if reached is None:
        return None
    if "instant" in reached:
        return (datetime.fromisoformat(reached["instant"]) - OVERLAP).isoformat()
    return str(reached["value"])


def _time_of(value: Any, now: datetime) -> datetime:
    """The time of a cursor value; a value that is no time counts as current."""
    if not isinstance(value, datetime):
        return now
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _to_json(value: Any) -> Any:
    """A database value as a JSON value."""
    if isinstance(value, list):
        return [_to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int):
        return value
    return _scalar_to_json(value)


def _scalar_to_json(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _failure_of(connector: Connector, config: Mapping[str, Any], error: psycopg.Error) -> OutsideFailure:
    where = f"{connector.title} at {config['host']}:{config['port']}/{config['database']}"
    message = (error.diag.message_primary or type(error).__name__).strip()
    if isinstance(error, psycopg.errors.QueryCanceled):
        return PermanentFailure(f"{where}: the query took longer than {STATEMENT_SECONDS} s; make it faster")
    if isinstance(error, psycopg.OperationalError) and not isinstance(
        error, psycopg.errors.InvalidAuthorizationSpecification | psycopg.errors.InvalidCatalogName
    ):
        return _connection_failure(where, error)
    return PermanentFailure(f"{where}: {message}; fix the query or the role's rights")


def _connection_failure(where: str, error: psycopg.OperationalError) -> OutsideFailure:
    """The server's own message on a refused login; a failed connection has no diagnosis."""
    text = " ".join(str(error).split())
    for sign in ("authentication failed", "does not exist", "certificate", "SSL", "no pg_hba.conf entry"):
        if sign in text:
            return PermanentFailure(f"{where}: {text[-200:]}")
    return TransientFailure(f"{where}: {text[-200:] or 'no connection'}")
