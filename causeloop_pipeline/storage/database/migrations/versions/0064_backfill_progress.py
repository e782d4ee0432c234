"""Stores how far a sync has come while it reads the past of a connector for the first time."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
