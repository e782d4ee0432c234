"""Creates issues and users' edits of them."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
