"""Adds the evaluation time of alert rules, the deletion of old predictions and the search index."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0017"
down_revision = "0015"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
