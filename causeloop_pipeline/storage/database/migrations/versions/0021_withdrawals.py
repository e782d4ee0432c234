"""Lets people withdraw a correction: it stays on record and no longer counts."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
