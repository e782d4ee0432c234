"""Adds views for BI tools, and rows for logins that are each bound to one workspace by their name."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0048"
down_revision = "0045"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
