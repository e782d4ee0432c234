"""Says in the product's words what is counted as no failure."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0105"
down_revision = "0101"

SQL = """
comment on column app.sync_run.no_failures is
    'Why entries were no failures and were not landed, and how many.';
"""


def upgrade() -> None:
    """Change the comment of the column."""
    run_sql(SQL)
