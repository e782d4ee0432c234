"""Adds the function that reads times with the name of their zone."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
