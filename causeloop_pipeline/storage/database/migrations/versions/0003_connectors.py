"""Creates connectors, sync runs and raw records."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
