"""Creates the table of each workspace's trained model."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
