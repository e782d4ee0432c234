"""A user's own query on their own database: one SELECT, read-only, in order of a cursor column, page by page.

The query is checked before it runs and wrapped as a subquery; the transaction is read-only whatever the role
may do, and statement and lock time-outs end what takes too long.
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

from causeloop_pipeline.connectors.spec import Connector, Shape
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.page import Page, page_of
from causeloop_pipeline.landing.polling.select_guard import checked_select
from causeloop_pipeline.model.raw_record import NORMALIZED, Quarantined, RawRecord

PAGE_ROWS = 500
MAX_ROWS = 50_000
STATEMENT_SECONDS = 60
OVERLAP = timedelta(minutes=5)
KEY = "rows"

Row = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """One sync's reading of one query."""

    connector: Connector
    config: Mapping[str, Any] = field(repr=False)
    now: datetime
    backfill_from: datetime

    @property
    def column(self) -> str:
        """The column that grows with every change."""
        return str(self.config["cursor_column"])

    def shape(self, row: Row) -> Shape:
        """How a row reads; a cursor column that only counts says nothing of when the row changed."""
        changed = self.column if isinstance(row[self.column], date) else "updated_at"
        return Shape(str(self.config["key_column"]), (changed,), kind=NORMALIZED, normalize=True)


def rows(
    connector: Connector,
    config: Mapping[str, Any],
    credentials: Mapping[str, str],
    cursor: Mapping[str, Any] | None,
    backfill_days: int,
    now: datetime,
    egress: EgressPolicy,
) -> Iterator[Page]:
    """Pages of rows from the last cursor value on, at most MAX_ROWS in one sync."""
    query = checked_select(str(config["query"]))
    reading = Reading(connector, config, now, now - timedelta(days=backfill_days))
    try:
        with _connected(config, credentials, egress) as connection:
            yield from _pages(reading, connection, query, _after(cursor))
    except psycopg.Error as error:
        raise _failure(connector, config, error) from None


def _connected(
    config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> psycopg.Connection[Row]:
    """Connects to the addresses that were checked; the name is kept for the certificate."""
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
    reading: Reading, connection: psycopg.Connection[Row], query: str, after: str | None
) -> Iterator[Page]:
    column, reached = reading.column, {}
    connection.read_only = True
    with connection.cursor(name="causeloop") as reader:
        reader.execute(_statement(query, column, after))
        for _ in range(MAX_ROWS // PAGE_ROWS):
            found = reader.fetchmany(PAGE_ROWS)
            if not found:
                return
            reached = _reached(found[-1][column], reading.now)
            yield page_of(_read(reading, found), {KEY: reached})
    if after is not None and _after({KEY: reached}) == after:
        raise PermanentFailure(
            f"{reading.connector.title}: more than {MAX_ROWS:,} rows share one value of {column!r}; "
            "choose a cursor column that grows with every change"
        )


def _read(reading: Reading, found: list[Row]) -> Iterator[RawRecord | Quarantined | None]:
    for row in found:
        if _moment(row[reading.column], reading.now) >= reading.backfill_from:
            plain = {name: _plain(value) for name, value in row.items()}
            shape = reading.shape(row)
            yield extract(reading.connector.name, shape, plain, door="poll", config=reading.config)


def _statement(query: str, column: str, after: str | None) -> sql.Composed:
    """Rows at the last cursor value come again and are recognized by their content."""
    name = sql.Identifier(column)
    condition = sql.SQL("is not null") if after is None else sql.SQL(">= {}").format(sql.Literal(after))
    return sql.SQL("select * from (\n{}\n) as source where {} {} order by {} limit {}").format(
        sql.SQL(query),
        name,
        condition,
        name,
        sql.Literal(MAX_ROWS),
    )


def _reached(value: Any, now: datetime) -> dict[str, str]:
    """The cursor of a value; a row from the future does not carry it past what is still to come."""
    if isinstance(value, datetime):
        return {"instant": min(_moment(value, now), now).isoformat()}
    return {"value": value.isoformat() if isinstance(value, date) else str(value)}


def _after(cursor: Mapping[str, Any] | None) -> str | None:
    """Where to begin: a little before the last instant, for transactions that committed late."""
    reached = (cursor or {}).get(KEY)
    if reached is None:
        return None
    if "instant" in reached:
        return (datetime.fromisoformat(reached["instant"]) - OVERLAP).isoformat()
    return str(reached["value"])


def _moment(value: Any, now: datetime) -> datetime:
    """The instant of a cursor value; one that is no time counts as current."""
    if not isinstance(value, datetime):
        return now
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    """A database value as JSON can say it."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int):
        return value
    return _told(value)


def _told(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _failure(connector: Connector, config: Mapping[str, Any], error: psycopg.Error) -> OutsideFailure:
    where = f"{connector.title} at {config['host']}:{config['port']}/{config['database']}"
    told = (error.diag.message_primary or type(error).__name__).strip()
    if isinstance(error, psycopg.errors.QueryCanceled):
        return PermanentFailure(f"{where}: the query took longer than {STATEMENT_SECONDS} s; make it faster")
    if isinstance(error, psycopg.OperationalError) and not isinstance(
        error, psycopg.errors.InvalidAuthorizationSpecification | psycopg.errors.InvalidCatalogName
    ):
        return _unreachable(where, error)
    return PermanentFailure(f"{where}: {told}; mend the query or the role's rights")


def _unreachable(where: str, error: psycopg.OperationalError) -> OutsideFailure:
    """The server's own words on a refused log-in; a failed connection carries no diagnosis."""
    text = " ".join(str(error).split())
    for sign in ("authentication failed", "does not exist", "certificate", "SSL", "no pg_hba.conf entry"):
        if sign in text:
            return PermanentFailure(f"{where}: {text[-200:]}")
    return TransientFailure(f"{where}: {text[-200:] or 'no connection'}")
