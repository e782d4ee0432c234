"""Adds when an issue last changed, so that stages recompute only the issues that did."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
