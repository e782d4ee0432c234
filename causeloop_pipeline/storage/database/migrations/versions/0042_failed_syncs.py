"""Counts the syncs of a connector that failed in a row, so that it is tried less and less often."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
