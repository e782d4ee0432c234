"""Adds cookie sessions, password changes and resets, archived workspaces and confirmed alert addresses."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
