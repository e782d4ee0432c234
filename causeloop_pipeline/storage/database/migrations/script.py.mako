"""${message}."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

SQL = """
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
