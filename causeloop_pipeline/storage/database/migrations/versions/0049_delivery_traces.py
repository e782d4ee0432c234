"""Adds the traces of deliveries, by which a run goes on with them."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
