"""A table in the database's catalog: its columns and its number of rows."""

from dataclasses import dataclass

from psycopg import sql

from causeloop_pipeline.storage.database.session import Session

MAX_COUNTED_ROWS = 100_000
# What a column says is written once: beside it, or beside that of the view for BI which shows it to people.
SELECT_COLUMNS = """
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as is_nullable,
           coalesce(
               col_description(a.attrelid, a.attnum),
               shown.comment,
               case a.attname when 'workspace_id' then 'The workspace that it belongs to.' end
           ) as comment
    from pg_attribute as a
    left join lateral (
        select col_description(c.oid, va.attnum) as comment
        from pg_depend as d
        join pg_rewrite as r on r.oid = d.objid
        join pg_class as c on c.oid = r.ev_class
        join pg_attribute as va on va.attrelid = c.oid and va.attname = a.attname
        where d.classid = 'pg_rewrite'::regclass and d.refobjid = a.attrelid and d.refobjsubid = a.attnum
            and c.relnamespace = 'reporting'::regnamespace
        order by (
            select count(*) from pg_depend as x where x.objid = r.oid and x.refobjid = a.attrelid
        ) desc, c.relname
        limit 1
    ) as shown on true
    where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum
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
