"""Draws the names of logins for BI by chance: a login sees the names of all others."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0062"
down_revision = "0055"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
