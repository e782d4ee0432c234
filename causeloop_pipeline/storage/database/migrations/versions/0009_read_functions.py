"""Adds the API's read functions, seat counting and failed logins."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
