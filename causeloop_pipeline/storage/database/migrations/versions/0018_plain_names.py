"""Renames tables, columns and functions to the glossary's words, and adds `latest_prediction`."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
