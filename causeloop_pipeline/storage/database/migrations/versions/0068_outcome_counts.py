"""Counts outcomes by day, so that the overview need not read every prediction of 90 days."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
