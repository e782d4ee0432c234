"""Decides what a week is in one function, and takes verdicts from who asks for a report."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0073"
down_revision = "0071"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
