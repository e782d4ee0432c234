"""Reads times as most tools write them with one regular expression."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
