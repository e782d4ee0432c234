"""Keeps the latest prediction of each pattern where lists find it, and indexes the issues of services."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0032"
down_revision = "0030"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
