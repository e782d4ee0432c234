"""What the API reads and counts in one round trip, seats, sign-in attempts and the method of a session."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
