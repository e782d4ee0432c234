"""Stores the search words of an issue, instead of computing them at every search."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
