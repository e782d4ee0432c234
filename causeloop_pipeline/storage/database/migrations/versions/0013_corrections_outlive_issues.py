"""Lets users' edits and corrections outlive the deletion of an issue."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
