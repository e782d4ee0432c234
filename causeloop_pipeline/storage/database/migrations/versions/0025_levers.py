"""Stores what people set for patterns, who takes care of what, and that a push was cancelled."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
