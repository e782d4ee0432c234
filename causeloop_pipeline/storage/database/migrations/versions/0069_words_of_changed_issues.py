"""Makes the words that an issue is found by only where its text is new."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0069"
down_revision = "0068"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
