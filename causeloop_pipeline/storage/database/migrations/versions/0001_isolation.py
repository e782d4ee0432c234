"""Creates the schemas and the function that isolates a table by workspace."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
