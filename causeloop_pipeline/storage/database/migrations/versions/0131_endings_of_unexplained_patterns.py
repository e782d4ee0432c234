"""Stores what ended the patterns before for which it is not known what to do."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0131"
down_revision = "0126"

SQL = """
alter table act.unexplained_patterns add column endings text[] not null default '{}';
"""


def upgrade() -> None:
    """Add a column."""
    run_sql(SQL)
