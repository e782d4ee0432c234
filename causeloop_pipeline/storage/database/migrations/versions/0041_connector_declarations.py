"""Stores the connectors that people declare themselves."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
