"""Lets owners change their organization, completes the setup's steps in one place, and notes acceptance."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
