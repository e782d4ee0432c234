"""Sums up one week of a workspace: for the screen, to be printed, and for e-mail."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
