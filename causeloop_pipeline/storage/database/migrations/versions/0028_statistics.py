"""Lets the pipeline analyze every table, and makes records findable by id without their workspace."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
