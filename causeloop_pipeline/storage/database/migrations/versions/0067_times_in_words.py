"""Reads times that name UTC or GMT in words, as some webhooks write them."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0067"
down_revision = "0064"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
