"""Adds the functions that the staging models read payloads with."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
