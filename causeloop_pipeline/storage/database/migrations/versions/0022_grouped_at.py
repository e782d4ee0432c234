"""Remembers when a workspace was grouped, so that lineage can name what people did since."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
