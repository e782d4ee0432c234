"""Reads any other engine by SQLAlchemy, row by row, each measured as it arrives."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.isolated.child import TOO_LARGE
from causeloop_pipeline.landing.polling.isolated.network_guard import RefusedConnectionError
from causeloop_pipeline.landing.polling.sql.connections import (
    list_session_statements,
    list_timeout_statements,
    open_database,
)
from causeloop_pipeline.landing.polling.sql.engines import ENGINES, require_driver
from causeloop_pipeline.landing.polling.sql.statement import build_statement
from causeloop_pipeline.landing.polling.sql.values import (
    MAX_ROW_BYTES,
    PAGE_BYTES,
    Job,
    begin_row,
    measure,
)
from causeloop_pipeline.landing.polling.sql.windows import MeasuredRow, Window

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

FETCH_ROWS = 50
MISSING = ("does not exist", "doesn't exist", "not found", "invalid object name", "no such table")
REFUSED = ("denied", "authentication", "login failed", "incorrect username", "unauthorized", "certificate")
TIMED_OUT = ("timeout", "timed out", "max_statement_time", "maximum statement execution", "was cancelled")
UNREACHABLE = ("connect", "lost connection", "network", "gone away", "broken pipe")
SECRETS = ("password",)


class AlchemyReading:
    """One session, which may only read."""

    def __init__(self, job: Job, connection: "Connection") -> None:
        self._job, self._connection = job, connection
        self._engine = ENGINES[job["engine"]]

    def list_columns(self, statement: str) -> list[str] | None:
        """The columns of a statement that gives no rows; None where its table is not there."""
        from sqlalchemy.exc import DBAPIError

        try:
            return list(self._connection.exec_driver_sql(statement).keys())
        except DBAPIError as error:
            if not any(sign in str(error.orig).lower() for sign in MISSING):
                raise
            self._connection.rollback()
            start_session(self._job, self._connection)
            return None

    def read(self, query: str, window: Window) -> Iterator[list[MeasuredRow]]:
        """The rows of a query in its window, a page at a time."""
        statement = build_statement(
            query,
            self._job["dialect"],
            cursor_column=window.cursor_column,
            key_column=window.key_column,
            start=window.start,
            max_rows=window.max_rows,
        )
        streaming = self._connection.execution_options(stream_results=True, max_row_buffer=FETCH_ROWS)
        result = streaming.exec_driver_sql(statement)
        names = [self._name(name) for name in result.keys()]  # noqa: SIM118 a result is not a mapping
        cursor = _find_column(names, window.cursor_column)
        rows: list[MeasuredRow] = []
        size = 0
        while fetched := result.fetchmany(FETCH_ROWS):
            for values in fetched:
                row = _measure_row(dict(zip(names, values, strict=True)), cursor)
                rows.append(row)
                size += min(row.size, MAX_ROW_BYTES)
                if len(rows) >= self._job["page_rows"] or size >= PAGE_BYTES:
                    yield rows
                    rows, size = [], 0
        if rows:
            yield rows

    def _name(self, name: str) -> str:
        return name.lower() if self._engine.upper_case and name.isupper() else name


@contextmanager
def open_alchemy(job: Job) -> Iterator[AlchemyReading]:
    """A reading; OutsideFailure with the reason for whatever the driver or the server refuses."""
    require_driver(ENGINES[job["engine"]], job["title"])
    try:
        database = open_database(job)
        with contextlib.closing(database.connect()) as plain:
            # A percent sign is not a place for a parameter: there are none.
            connection = plain.execution_options(no_parameters=True)
            start_session(job, connection)
            yield AlchemyReading(job, connection)
            connection.rollback()
    except (OutsideFailure, MemoryError, GeneratorExit):
        raise
    except Exception as error:  # every driver has errors of its own, and all end the sync with a reason
        raise _describe_failure(job, error) from None


def start_session(job: Job, connection: "Connection") -> None:
    """Tell the session that it may only read, and for how long."""
    from sqlalchemy.exc import DBAPIError

    engine, seconds = job["engine"], job["statement_seconds"]
    understood = 0
    timeouts = list_timeout_statements(engine, seconds)
    for statement in timeouts:
        with contextlib.suppress(DBAPIError):
            connection.exec_driver_sql(statement)
            understood += 1
    if timeouts and not understood:
        raise PermanentFailure(f"{name_receiver(job)}: the server has no time-out for a statement")
    for statement in list_session_statements(engine, seconds):
        connection.exec_driver_sql(statement)


def _find_column(names: list[str], wanted: str) -> str:
    for name in names:
        if name == wanted or name.lower() == wanted.lower():
            return name
    raise PermanentFailure(f"the query has no column {wanted!r}: choose another cursor column")


def _measure_row(values: dict[str, Any], cursor: str) -> MeasuredRow:
    size = measure(values)
    if size <= MAX_ROW_BYTES:
        return MeasuredRow(values, values[cursor], size)
    return MeasuredRow({}, values[cursor], size, begin_row(values))


def _describe_failure(job: Job, error: Exception) -> OutsideFailure:
    where = name_receiver(job)
    message = " ".join(str(getattr(error, "orig", None) or error).split())
    for secret in SECRETS:
        if value := job["connection"].get(secret):
            message = message.replace(str(value), "***")
    message, lowered = message[:300] or type(error).__name__, message.lower()
    if isinstance(error, RefusedConnectionError) or "memory" in lowered:
        return TransientFailure(f"{where}: {TOO_LARGE if 'memory' in lowered else message}")
    if any(sign in lowered for sign in REFUSED):
        return PermanentFailure(f"{where}: {message}")
    if any(sign in lowered for sign in TIMED_OUT) and "connect" not in lowered:
        seconds = job["statement_seconds"]
        return PermanentFailure(f"{where}: the query took longer than {seconds} s; make it faster")
    if any(sign in lowered for sign in UNREACHABLE):
        return TransientFailure(f"{where}: {message}")
    return PermanentFailure(f"{where}: {message}; fix the query or the role's rights")


def name_receiver(job: Job) -> str:
    """The tool and the server, as a message names them."""
    connection = job["connection"]
    if "host" not in connection:
        return f"{job['title']} of {connection.get('account') or connection.get('project')}"
    return f"{job['title']} at {connection['host'].partition(',')[0]}:{connection.get('port', 443)}"
