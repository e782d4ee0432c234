"""What people said outlives the rows that are made anew."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
