"""Reads rows of a foreign database, in a process of its own whose memory is bounded.

`sql_source` starts it: the job comes as JSON on standard input, pages and the failure go as frames to
standard output. Whatever a server sends, it is this process that runs out of memory.
"""

import base64
import json
import math
import resource
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure

MAX_PROCESS_BYTES = 1_000_000_000
MAX_FRAME_BYTES = 64_000_000
MAX_ROW_BYTES = 1_000_000
FRAME_HEADER_BYTES = 8
FIRST_FETCH_ROWS, MAX_FETCH_ROWS = 20, 500
SMALL_ROW_BYTES = 10_000
PAGE_BYTES = 8_000_000
ROW, BYTES, CURSOR = "causeloop: row", "causeloop: bytes", "causeloop: cursor"
BEGINNING = "causeloop: beginning"
"""No column of a query has these names."""

TOO_LARGE = (
    "the rows are too large to be read together; leave the largest columns out of the query, "
    "or wait: the next sync reads fewer at once"
)

Row = dict[str, Any]
Job = Mapping[str, Any]


def main() -> None:
    """Read the job, write its pages, and last how it ended."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_PROCESS_BYTES, MAX_PROCESS_BYTES))
    job = json.loads(sys.stdin.buffer.read())
    try:
        for page in read_pages(job):
            _write_frame(page)
        _write_frame({"end": True})
    except OutsideFailure as failure:
        kind = "permanent" if isinstance(failure, PermanentFailure) else "transient"
        _write_frame({"failure": kind, "reason": failure.reason})


def read_pages(job: Job) -> Iterator[dict[str, Any]]:
    """Pages of rows as JSON values, with the cursor after each; OutsideFailure with the reason."""
    try:
        with _connect(job) as connection:
            yield from _read_pages(job, connection)
    except MemoryError:
        raise TransientFailure(f"{_name_receiver(job)}: {TOO_LARGE}") from None
    except psycopg.Error as error:
        raise _failure_of(job, error) from None


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


def _read_pages(job: Job, connection: psycopg.Connection[Row]) -> Iterator[dict[str, Any]]:
    now = datetime.fromisoformat(job["now"])
    connection.read_only = True
    rows: list[Row] = []
    size, fetch_rows = 0, FIRST_FETCH_ROWS
    with connection.cursor(name="causeloop") as reader:
        reader.execute(build_statement(job["query"], job["cursor_column"], job["start"], job["max_rows"]))
        while fetched := reader.fetchmany(min(fetch_rows, job["page_rows"] - len(rows))):
            rows += fetched
            sizes = [row[BYTES] for row in fetched]
            size += sum(byte_count for byte_count in sizes if byte_count <= MAX_ROW_BYTES)
            is_small = max(sizes) <= SMALL_ROW_BYTES
            fetch_rows = min(2 * fetch_rows, MAX_FETCH_ROWS) if is_small else FIRST_FETCH_ROWS
            if len(rows) >= job["page_rows"] or size >= PAGE_BYTES:
                yield _make_page(job, rows, now)
                rows, size = [], 0
        if rows:
            yield _make_page(job, rows, now)


def _make_page(job: Job, rows: list[Row], now: datetime) -> dict[str, Any]:
    reached = next((row[CURSOR] for row in reversed(rows) if row[CURSOR] is not None), None)
    backfill_from = datetime.fromisoformat(job["backfill_from"])
    return {
        "rows": [_read_row(row) for row in rows if _time_of(row[CURSOR], now) >= backfill_from],
        "row_count": len(rows),
        "cursor": None if reached is None else _cursor_of(reached, now),
    }


def _read_row(row: Row) -> dict[str, Any]:
    """A row as JSON; of one that is too large, its size and beginning."""
    size, moment, beginning = row.pop(BYTES), row.pop(CURSOR), row.pop(BEGINNING)
    if size > MAX_ROW_BYTES:
        return {"too_large": size, "beginning": beginning}
    return {
        "record": {name: _to_json(value) for name, value in row.items()},
        "is_dated": isinstance(moment, date),
    }


def build_statement(query: str, column: str, start: str | None, max_rows: int) -> sql.Composed:
    """Rows at the last cursor value come again and are recognized by their content.

    The values of a row that is too large stay on the server.
    """
    name = sql.Identifier(column)
    condition: sql.Composable = sql.SQL("is not null")
    if start is not None:
        condition = sql.SQL(">= {}").format(sql.Literal(start))
    return sql.SQL(
        "select content.*, {bytes},\n"
        "    case when {bytes} > {max_bytes} then left({row}::text, 200) end as {beginning},\n"
        "    case when octet_length({reached}::text) <= 1000 then {reached} end as {reached}\n"
        "from (\n"
        "    select {row}, octet_length({row}::text) as {bytes}, {name} as {reached} from (\n{query}\n"
        ") as {row} where {name} {condition} order by {name} limit {max_rows}\n"
        ") as measured\n"
        "left join lateral (select ({row}).*) as content on {bytes} <= {max_bytes}\n"
        "order by measured.{reached}"
    ).format(
        bytes=sql.Identifier(BYTES),
        beginning=sql.Identifier(BEGINNING),
        reached=sql.Identifier(CURSOR),
        row=sql.Identifier(ROW),
        name=name,
        query=sql.SQL(query),
        condition=condition,
        max_rows=sql.Literal(max_rows),
        max_bytes=sql.Literal(MAX_ROW_BYTES),
    )


def _cursor_of(value: Any, now: datetime) -> dict[str, str]:
    """The cursor at a value; a row dated in the future does not move it past the present."""
    if isinstance(value, datetime):
        return {"instant": min(_time_of(value, now), now).isoformat()}
    return {"value": value.isoformat() if isinstance(value, date) else str(value)}


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


def _failure_of(job: Job, error: psycopg.Error) -> OutsideFailure:
    where = _name_receiver(job)
    message = (error.diag.message_primary or str(error) or type(error).__name__).strip()[:300]
    if isinstance(error, psycopg.errors.QueryCanceled):
        seconds = job["statement_seconds"]
        return PermanentFailure(f"{where}: the query took longer than {seconds} s; make it faster")
    if "memory" in str(error):
        return TransientFailure(f"{where}: {TOO_LARGE}")
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


def _name_receiver(job: Job) -> str:
    connection = job["connection"]
    host = connection["host"].partition(",")[0]
    return f"{job['title']} at {host}:{connection['port']}/{connection['dbname']}"


def _write_frame(message: Mapping[str, Any]) -> None:
    frame = json.dumps(message, ensure_ascii=False).encode(errors="surrogatepass")
    if len(frame) > MAX_FRAME_BYTES:
        raise TransientFailure(TOO_LARGE)
    sys.stdout.buffer.write(len(frame).to_bytes(FRAME_HEADER_BYTES, "big") + frame)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
