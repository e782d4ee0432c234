"""Keeps what occurred in patterns by month, and what every run asks of each pattern, beside its summary."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0050"
down_revision = "0049"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
