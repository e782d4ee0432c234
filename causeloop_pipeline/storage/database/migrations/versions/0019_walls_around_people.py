"""Confines people to those who may know them, keeps sessions and bounds what signing in leaves behind."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
