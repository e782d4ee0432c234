"""Creates alert rules and the outbox."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
