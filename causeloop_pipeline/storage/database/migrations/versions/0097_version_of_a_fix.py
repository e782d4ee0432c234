"""Lets a claimed fix say which version it came in."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0097"
down_revision = "0096"

SQL = """
alter table act.fix add column fixed_in text;
comment on column act.fix.fixed_in is
    'The version that it came in: recurrences in an earlier one do not count against it.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
