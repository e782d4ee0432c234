"""Lets two records with the same payload and reason, but not the same id, both stand in quarantine."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
