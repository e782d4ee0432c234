"""Keeps what came or went since the months of occurrences were written."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0071"
down_revision = "0070"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
