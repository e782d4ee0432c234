"""Keeps what mappings make of records in a table, in place of SQL that evaluates mappings."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0074"
down_revision = "0073"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
