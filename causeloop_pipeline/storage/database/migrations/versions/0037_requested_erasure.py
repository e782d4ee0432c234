"""Lets an owner have a workspace erased: the pipeline does it when the time to think again is over."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
