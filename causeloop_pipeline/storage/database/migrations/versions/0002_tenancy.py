"""Creates organizations, workspaces, users, memberships and their settings."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
