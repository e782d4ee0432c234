"""Keeps the planner's statistics no older than the last doubling of a table.

For a table that has just grown the planner expects one row from every index, and compares each new row with
every stored one; autovacuum comes a minute later, for a new tenant after the first syncs. So a step that has
written much checks at once, within its transaction. Autovacuum gives way to it after PostgreSQL's
`deadlock_timeout`, a second; a table that another run analyzes longer than that is left to that one.
"""

from psycopg import errors, sql

from causeloop_pipeline.storage.database.session import Session

SELECT_GROWN = """
select n.nspname as schema, c.relname as name
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('raw', 'core', 'detect', 'predict', 'act', 'notify')
    and c.relkind = 'r'
    and pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages + %s
order by 1, 2
"""
SMALL_PAGES = 4
MAX_WAIT = "3s"


def analyze_grown_tables(session: Session) -> list[str]:
    """Analyze the tables that have more than doubled since they were last analyzed; returns their names."""
    grown = session.rows(SELECT_GROWN, (SMALL_PAGES,))
    names = [(table["schema"], table["name"]) for table in grown]
    return [".".join(name) for name in names if _analyze(session, sql.Identifier(*name))]


def _analyze(session: Session, table: sql.Identifier) -> bool:
    """Analyze one table; not if another run holds it."""
    connection = session.connection
    try:
        with connection.transaction():
            connection.execute(sql.SQL("set local lock_timeout = {}").format(MAX_WAIT))
            connection.execute(sql.SQL("analyze {}").format(table))
            connection.execute("set local lock_timeout = default")
    except errors.LockNotAvailable:
        return False
    return True
