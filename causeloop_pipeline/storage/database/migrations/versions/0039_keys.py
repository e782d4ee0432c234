"""Limits keys to scopes, lets them be rotated with an overlap, and gives people keys of their own."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
