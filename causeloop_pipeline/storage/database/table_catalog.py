"""A table in the database's catalog: its columns and its number of rows."""

from dataclasses import dataclass

from psycopg import sql

from causeloop_pipeline.storage.database.session import Session

MAX_COUNTED_ROWS = 100_000
SELECT_COLUMNS = """
    select attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as is_nullable,
           col_description(attrelid, attnum) as comment
    from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped
    order by attnum
"""
SELECT_ESTIMATE = "select reltuples::bigint as rows from pg_class where oid = %s::regclass"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    is_nullable: bool
    comment: str | None


def read_columns(session: Session, table: str) -> list[Column]:
    """The columns of a table, `schema.name`, in their order."""
    return [Column(**row) for row in session.rows(SELECT_COLUMNS, (table,))]


def count_rows(session: Session, table: str) -> int:
    """Count the visible rows of a table; for a large table, PostgreSQL's estimate of all rows."""
    estimate = session.row(SELECT_ESTIMATE, (table,))
    if estimate and estimate["rows"] > MAX_COUNTED_ROWS:
        return int(estimate["rows"])
    count = sql.SQL("select count(*) as rows from {}").format(sql.Identifier(*table.split(".")))
    row = session.connection.execute(count).fetchone()
    return int(row["rows"]) if row else 0
