"""Creates changes: deploys, releases and configuration changes."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
