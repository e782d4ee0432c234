"""Lets people in: links for invited people and for the first start, and tenants made in one call."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
