"""Lets the API's reads be planned once, and recommendations be listed by an index."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
