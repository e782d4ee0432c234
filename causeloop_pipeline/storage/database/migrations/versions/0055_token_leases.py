"""Rate limits take several tokens at once for callers who ask many times a second."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0055"
down_revision = "0050"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
