"""Adds archives of a whole workspace that the API hands out, and the erasure that an owner asks for."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
