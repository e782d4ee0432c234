"""Keeps the planner's statistics no older than the last doubling of a table.

For a table that has just grown the planner expects one row from every index, and compares each new row with
every stored one; autovacuum comes a minute later, for a new tenant after the first syncs. So a step that has
written much checks at once, within its transaction. Autovacuum gives way to it after PostgreSQL's
`deadlock_timeout`, a second; a table that another run analyzes longer than that is left to that one.
"""

from psycopg import errors, sql

from causeloop_pipeline.storage.database.session import Session

SELECT_GROWN = """
select format('%%I.%%I', n.nspname, c.relname) as name
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('raw', 'core', 'detect', 'predict', 'act', 'notify')
    and c.relkind = 'r'
    and pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages + %s
order by n.nspname, c.relname
"""
SMALL_PAGES = 4
MAX_WAIT = "3s"


def analyze_grown_tables(session: Session) -> list[str]:
    """Analyze the tables that have more than doubled since they were last analyzed; returns their names."""
    grown = session.rows(SELECT_GROWN, (SMALL_PAGES,))
    return [table["name"] for table in grown if _analyze(session, table["name"])]


def _analyze(session: Session, table: str) -> bool:
    """Analyze one table; not if another run holds it."""
    connection = session.connection
    try:
        with connection.transaction():
            connection.execute(sql.SQL("set local lock_timeout = {}").format(MAX_WAIT))
            connection.execute("select app.analyze_table(%s)", (table,))
            connection.execute("set local lock_timeout = default")
    except errors.LockNotAvailable:
        return False
    return True
