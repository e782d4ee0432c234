"""Says in the product's words what is counted as no failure, and what a verdict is."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0105"
down_revision = "0101"

SQL = """
comment on column app.sync_run.no_failures is
    'Why entries were no failures and were not landed, and how many.';
comment on column reporting.proofs.verdict is 'Whether the fix held, or why it is too early to tell.';
"""


def upgrade() -> None:
    """Change the comments of two columns."""
    run_sql(SQL)
