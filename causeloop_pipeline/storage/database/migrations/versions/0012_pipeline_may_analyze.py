"""Lets the pipeline refresh the planner's statistics of the records it has stored."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
