"""Stores the pattern index in parts, and finds ungrouped issues by an index."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
