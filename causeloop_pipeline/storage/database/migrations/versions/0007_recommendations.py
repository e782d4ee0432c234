"""Creates recommendations, progress, fixes, proofs and tickets."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
