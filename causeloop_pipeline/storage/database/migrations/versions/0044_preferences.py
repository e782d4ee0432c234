"""Stores what people keep for themselves in a workspace, and lets a resolved pattern be reopened."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0044"
down_revision = "0042"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
