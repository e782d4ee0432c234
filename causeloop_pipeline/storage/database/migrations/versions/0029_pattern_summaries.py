"""Keeps what each pattern's issues add up to, and which patterns were touched."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
