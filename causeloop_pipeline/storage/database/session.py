"""A database session: one transaction that sees only some workspaces, by row-level security.

Frames are read and written by COPY. PostgreSQL refuses COPY into a table under row-level security, so a frame
is copied to a temporary table first and inserted from there, where the policies check every row.
"""

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

if TYPE_CHECKING:
    import polars as pl

Parameters = Sequence[Any] | Mapping[str, Any]

# A set operation and an array: a join of tables that the planner believes small would be a nested loop.
DELETE_OTHERS = """
delete from {table}
where workspace_id = %(workspace_id)s and {key} = any (array(
    select {key} from {table} where workspace_id = %(workspace_id)s
    except
    select {key} from {staged}
))
"""

WORK_MEM = "64MB"  # a stage joins whole frames; sorting on disk would take twice as long


class Session:
    """One open transaction; use `connection` for what the methods do not cover."""

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self.connection = connection

    def read(self, query: str, parameters: Parameters = (), *, schema: "pl.Schema") -> "pl.DataFrame":
        """The rows of a query as a frame of `schema`, whose names are the query's columns in order."""
        from causeloop_pipeline.storage.database.frame_csv import export_column, parse_frame

        with psycopg.ClientCursor(self.connection) as bound:
            statement = bound.mogrify(query, parameters)
        wire = sql.SQL("copy (select {} from ({}) as rows) to stdout (format csv, force_quote *)").format(
            sql.SQL(", ").join(export_column(name, dtype) for name, dtype in schema.items()),
            sql.SQL(statement),
        )
        buffer = io.BytesIO()
        with self.connection.cursor() as cursor, cursor.copy(wire) as copy:
            for chunk in copy:
                buffer.write(chunk)
        return parse_frame(buffer, schema)

    def rows(self, query: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
        """The rows of a small query."""
        return self.connection.execute(query, parameters).fetchall()

    def row(self, query: str, parameters: Parameters = ()) -> dict[str, Any] | None:
        """The first row of a query, if any."""
        return self.connection.execute(query, parameters).fetchone()

    def execute(self, query: str, parameters: Parameters = ()) -> int:
        """Run a statement; the number of rows it changed."""
        return self.connection.execute(query, parameters).rowcount

    def upsert(
        self, table: str, frame: "pl.DataFrame", key: Sequence[str], *, keep: Sequence[str] = ()
    ) -> int:
        """Insert a frame's rows; a row of the same key is updated where it differs, except in `keep`."""
        return self._insert(table, frame, _update_what_differs(table, frame.columns, key, keep))

    def insert(self, table: str, frame: "pl.DataFrame") -> int:
        """Insert a frame's rows; rows whose key exists stay as they are."""
        return self._insert(table, frame, sql.SQL("on conflict do nothing"))

    def replace(
        self, table: str, frame: "pl.DataFrame", workspace_id: UUID, *, key: str | None = None
    ) -> int:
        """Replace a workspace's rows by those of a frame.

        `key`: the column that is the primary key beside the workspace; rows that are the same then stay.
        """
        if key is None or frame.is_empty():
            self.connection.execute(
                sql.SQL("delete from {} where workspace_id = %s").format(_split_table_name(table)),
                (workspace_id,),
            )
            return self._insert(table, frame, sql.SQL(""))
        differs = _update_what_differs(table, frame.columns, ("workspace_id", key), ())
        written = self._insert(table, frame, differs)
        self.connection.execute(
            sql.SQL(DELETE_OTHERS).format(
                table=_split_table_name(table),
                key=sql.Identifier(key),
                staged=sql.Identifier(_name_staged(table)),
            ),
            {"workspace_id": workspace_id},
        )
        return written

    def stage(self, name: str, frame: "pl.DataFrame", like: str) -> None:
        """Copy a frame into a temporary table with the column types of `like`, dropped at commit."""
        from causeloop_pipeline.storage.database.frame_csv import format_csv

        self.connection.execute(
            sql.SQL("create temporary table {} on commit drop as select {} from {} with no data").format(
                sql.Identifier(name), _list_column_names(frame.columns), _split_table_name(like)
            )
        )
        with self.connection.cursor() as cursor:
            copy_in = sql.SQL("copy {} ({}) from stdin (format csv)").format(
                sql.Identifier(name), _list_column_names(frame.columns)
            )
            with cursor.copy(copy_in) as copy:
                copy.write(format_csv(frame))

    def _insert(self, table: str, frame: "pl.DataFrame", conflict: sql.Composable) -> int:
        if frame.is_empty():
            return 0
        staged = _name_staged(table)
        self.connection.execute(sql.SQL("drop table if exists pg_temp.{}").format(sql.Identifier(staged)))
        self.stage(staged, frame, like=table)
        return self.connection.execute(
            sql.SQL("insert into {} ({}) select {} from {} {}").format(
                _split_table_name(table),
                _list_column_names(frame.columns),
                _list_column_names(frame.columns),
                sql.Identifier(staged),
                conflict,
            )
        ).rowcount


def _name_staged(table: str) -> str:
    return "staged_" + table.replace(".", "_")


def _update_what_differs(
    table: str, columns: Sequence[str], key: Sequence[str], keep: Sequence[str]
) -> sql.Composable:
    """The conflict action of an upsert, which does not write unchanged rows."""
    updated = [sql.Identifier(name) for name in columns if name not in {*key, *keep}]
    if not updated:
        return sql.SQL("on conflict ({}) do nothing").format(_list_column_names(key))
    assignments = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in updated)
    before, after = (
        sql.SQL(", ").join(sql.SQL("{}.{}").format(row, name) for name in updated)
        for row in (_split_table_name(table), sql.Identifier("excluded"))
    )
    return sql.SQL("on conflict ({}) do update set {} where ({}) is distinct from ({})").format(
        _list_column_names(key), assignments, before, after
    )


class Database:
    """Opens sessions of the pipeline's role."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextlib.contextmanager
    def workspaces(self, workspace_ids: Sequence[UUID]) -> Iterator[Session]:
        """A transaction that sees exactly these workspaces."""
        scope = "{" + ",".join(str(workspace_id) for workspace_id in workspace_ids) + "}"
        with self._begin() as connection:
            connection.execute(
                "select set_config('causeloop.scope', %s, true), set_config('work_mem', %s, true)",
                (scope, WORK_MEM),
            )
            yield Session(connection)

    @contextlib.contextmanager
    def workspace(self, workspace_id: UUID) -> Iterator[Session]:
        """A transaction that sees exactly one workspace."""
        with self.workspaces([workspace_id]) as session:
            yield session

    @contextlib.contextmanager
    def every_workspace(self) -> Iterator[Session]:
        """A transaction of the scheduler: it sees all workspaces, to decide which are due."""
        with self._begin() as connection:
            connection.execute(
                "select set_config('causeloop.scope', "
                "(select coalesce(array_agg(workspace_id), '{}')::text from app.workspace), true)"
            )
            yield Session(connection)

    @contextlib.contextmanager
    def keep_connection(self, *, is_replanned: bool = False) -> Iterator["Database"]:
        """The same on one connection for many short transactions: opening one costs as much as a page.

        `is_replanned`: every statement is planned again: a small workspace's plan may not suit a large one.
        """
        one_connection = _OneConnection(self._url, is_replanned=is_replanned)
        try:
            yield one_connection
        finally:
            one_connection.close()

    @contextlib.contextmanager
    def _begin(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            yield connection


class _OneConnection(Database):
    """Successive sessions on one connection, which is reopened if it was lost between them."""

    def __init__(self, url: str, *, is_replanned: bool) -> None:
        super().__init__(url)
        self._is_replanned = is_replanned
        self._connection: psycopg.Connection[dict[str, Any]] | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    @contextlib.contextmanager
    def _begin(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        connection = self._connection
        if connection is None or not _is_alive(connection):
            connection = psycopg.connect(self._url, row_factory=dict_row, autocommit=True)
            if self._is_replanned:
                connection.prepare_threshold = None
            self._connection = connection
        with connection.transaction():
            yield connection


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    try:
        connection.execute("select")
    except psycopg.OperationalError:
        return False
    return True


def _split_table_name(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split("."))


def _list_column_names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in columns)
